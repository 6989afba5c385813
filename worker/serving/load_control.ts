/** A load was given up because nothing came of it; another has taken its place. */
export class AbandonedError extends Error {}

/**
 * The reins of one load. Its I/O belongs to the request that began it; when the runtime drops that request's
 * work, the load neither ends nor fails, and another request has to take over.
 */
export class LoadControl {
  readonly #now: () => number;
  readonly #cleanups: (() => void)[] = [];
  readonly began: number;
  /** Lets work go on that nobody waits for. */
  readonly waitUntil: (promise: Promise<unknown>) => void;
  #aliveAt: number;
  #abandoned = false;

  constructor(now: () => number, waitUntil: (promise: Promise<unknown>) => void) {
    this.#now = now;
    this.waitUntil = waitUntil;
    this.began = now();
    this.#aliveAt = this.began;
  }

  /** Registers what frees a load's memory if it is dropped half-way. */
  readonly onAbandon = (cleanup: () => void): void => {
    this.#cleanups.push(cleanup);
  };

  /** Notes every piece that passes, and stops the load once it was abandoned. */
  async *watch<Piece>(pieces: AsyncIterable<Piece>): AsyncGenerator<Piece, void> {
    for await (const piece of pieces) {
      if (this.#abandoned) throw new AbandonedError('the load was taken over by another request');
      this.alive();
      yield piece;
    }
    this.alive();
  }

  /** Notes that the load goes on. */
  alive(): void {
    this.#aliveAt = this.#now();
  }

  /** Milliseconds since the last sign of life. */
  silentFor(): number {
    return this.#now() - this.#aliveAt;
  }

  /** Gives the load up and frees what it has allocated. */
  abandon(): void {
    this.#abandoned = true;
    for (const cleanup of this.#cleanups.splice(0)) cleanup();
  }
}
