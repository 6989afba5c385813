/** Requests for models that do not exist may be many, and each list is an operation that costs money. Milliseconds. */
const MAX_AGE_MS = 30_000;

/** The names of the published models, read again after half a minute at the earliest. */
export class RecentModels {
  readonly #read: () => Promise<readonly string[] | undefined>;
  readonly #now: () => number;
  #names: readonly string[] = [];
  #readAt = Number.NEGATIVE_INFINITY;

  /** @param read resolves to undefined if storage cannot be read */
  constructor(read: () => Promise<readonly string[] | undefined>, now: () => number) {
    this.#read = read;
    this.#now = now;
  }

  /** Returns the names. While another request reads them, these are the old ones: no request can wait for another's read. */
  async names(): Promise<readonly string[]> {
    const now = this.#now();
    if (now - this.#readAt < MAX_AGE_MS) return this.#names;
    this.#readAt = now;
    this.#names = (await this.#read()) ?? this.#names;
    return this.#names;
  }
}
