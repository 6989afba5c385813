import type { RateLimit } from './rate_limit.ts';

/** At most this many networks are kept. Beyond that the network with the oldest guess is dropped. */
const MOST_NETWORKS = 4096;

export type Comparison<Identity> =
  | { readonly kind: 'right'; readonly identity: Identity }
  | { readonly kind: 'wrong' }
  /** The limit is exceeded: the result does not say if the guess was right. */
  | { readonly kind: 'too many' };

/**
 * Limits how often one network may guess a secret. Guesses count against the network's limit, never against the limit
 * of the client whose secret is guessed.
 * After a wrong secret, the limiter is asked before the network's next secret is compared. Beyond the limit, even a
 * right guess is not recognized. A right secret within the limit ends this state. Other clients behind the same address
 * that never send a wrong secret are not limited.
 */
export class GuessLimit {
  readonly #limit: RateLimit;
  /** Networks whose last secret was wrong, ordered by the time of their last guess, oldest first. */
  readonly #guessing = new Set<string>();

  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  /**
   * @param identify compares in constant time and returns undefined if the secret is wrong. It is synchronous: of
   *   several concurrent guesses, all but the first are counted before they are compared.
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
