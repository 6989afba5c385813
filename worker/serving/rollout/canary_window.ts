/** A client of a canary's request. */
export interface CanaryClient {
  /** A client cannot choose its network freely: with any number of keys it remains one client. */
  readonly network: string;
  /** A hash of the routing key, if the client sent one. It identifies one client behind several networks. */
  readonly key: number | undefined;
}

interface Outcome {
  readonly client: CanaryClient;
  readonly failed: boolean;
}

/**
 * The last outcomes of a canary, up to a limit. Each network has at most its share of them, so that a client with many
 * requests cannot outweigh the others, neither with failures nor with successes.
 */
export class CanaryWindow {
  readonly #length: number;
  readonly #share: number;
  /** Oldest first. */
  readonly #outcomes: Outcome[] = [];
  readonly #ofNetwork = new Map<string, number>();

  constructor(length: number, share: number) {
    this.#length = length;
    this.#share = share;
  }

  get requests(): number {
    return this.#outcomes.length;
  }

  add(client: CanaryClient, failed: boolean): void {
    const { network } = client;
    if ((this.#ofNetwork.get(network) ?? 0) >= this.#share) {
      this.#remove(this.#outcomes.findIndex((outcome) => outcome.client.network === network));
    } else if (this.#outcomes.length >= this.#length) this.#remove(0);
    this.#outcomes.push({ client, failed });
    this.#ofNetwork.set(network, (this.#ofNetwork.get(network) ?? 0) + 1);
  }

  #remove(index: number): void {
    const [removed] = this.#outcomes.splice(index, 1);
    if (removed === undefined) return;
    const { network } = removed.client;
    const left = (this.#ofNetwork.get(network) ?? 0) - 1;
    if (left > 0) this.#ofNetwork.set(network, left);
    else this.#ofNetwork.delete(network);
  }

  /**
   * Returns the number of failures of each client, largest first. Two failures belong to one client if they share the
   * network or the key. Only the first key of a network counts: otherwise a client could claim others' failures by
   * sending their keys.
   */
  failuresByClient(): number[] {
    const counts: number[] = [];
    const ofNetwork = new Map<string, number>();
    const ofKey = new Map<number, number>();
    for (const { client, failed } of this.#outcomes) {
      if (!failed) continue;
      const { network, key } = client;
      const known = ofNetwork.get(network) ?? (key === undefined ? undefined : ofKey.get(key));
      const index = known ?? counts.length;
      if (known === undefined && key !== undefined) ofKey.set(key, index);
      ofNetwork.set(network, index);
      counts[index] = (counts[index] ?? 0) + 1;
    }
    return counts.sort((left, right) => right - left);
  }
}
