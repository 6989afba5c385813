import type { RateLimit } from './rate_limit.ts';

/** So many networks are remembered; beyond it the one that guessed longest ago is forgotten. */
const MOST_NETWORKS = 4096;

export type Comparison<Identity> =
  | { readonly kind: 'right'; readonly identity: Identity }
  | { readonly kind: 'wrong' }
  /** Beyond the limit: whether it is right is not told. */
  | { readonly kind: 'too many' };

/**
 * Bounds how often one network may guess a secret. Guesses count against the network's limit, never against that of
 * the client whose secret is being guessed.
 *
 * After a wrong secret, the limiter is asked before the network's next one is compared, right or wrong: so beyond the
 * limit even a right guess is not recognized. A right secret within the limit ends that, and others behind
 * the same address, who never guess, never meet this limit.
 */
export class GuessLimit {
  readonly #limit: RateLimit;
  /** Those whose last secret was wrong, the one that guessed longest ago first. */
  readonly #guessing = new Set<string>();

  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  /**
   * @param identify compares in constant time, and gives undefined where the secret is wrong. It cannot wait: of
   *   guesses made at once, all but the first are counted before they are compared.
   */
  async compare<Identity>(
    network: string,
    identify: () => Identity | undefined,
  ): Promise<Comparison<Identity>> {
    const wasGuessing = this.#guessing.has(network);
    if (wasGuessing && !(await this.#limit(network))) return { kind: 'too many' };
    const identity = identify();
    if (identity !== undefined) {
      this.#guessing.delete(network);
      return { kind: 'right', identity };
    }
    this.#remember(network);
    if (!wasGuessing && !(await this.#limit(network))) return { kind: 'too many' };
    return { kind: 'wrong' };
  }

  #remember(network: string): void {
    this.#guessing.delete(network);
    this.#guessing.add(network);
    if (this.#guessing.size <= MOST_NETWORKS) return;
    const [oldest] = this.#guessing;
    if (oldest !== undefined) this.#guessing.delete(oldest);
  }
}
