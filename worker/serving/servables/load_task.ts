import { wait } from '../../registry/storage/waiting.ts';

/** After so many bytes a load that may take its time lets requests come first. */
const PAUSE_BYTES = 64 * 1024;

/** A load was given up because nothing came of it; another has taken its place. */
export class AbandonedError extends Error {}

/**
 * The reins of one load. Its I/O belongs to the request that began it; when the runtime drops that request's
 * work, the load neither ends nor fails, and another request has to take over.
 */
export class LoadControl {
  readonly #now: () => number;
  /** It is of a candidate, and holds up what serves as little as it can. */
  readonly pauses: boolean;
  readonly #cleanups: (() => void)[] = [];
  readonly began: number;
  /** Lets work go on that nobody waits for. */
  readonly waitUntil: (promise: Promise<unknown>) => void;
  #aliveAt: number;
  #abandoned = false;

  constructor(now: () => number, waitUntil: (promise: Promise<unknown>) => void, { pauses = false } = {}) {
    this.#now = now;
    this.waitUntil = waitUntil;
    this.pauses = pauses;
    this.began = now();
    this.#aliveAt = this.began;
  }

  /** Registers what frees a load's memory if it is dropped half-way. */
  readonly onAbandon = (cleanup: () => void): void => {
    this.#cleanups.push(cleanup);
  };

  /** Notes every piece that passes, and stops the load once it was abandoned. */
  async *watch(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    let unpaused = 0;
    for await (const piece of pieces) {
      unpaused += piece.length;
      if (this.pauses && unpaused >= PAUSE_BYTES) {
        unpaused = 0;
        await this.pause();
      } else this.#goOn();
      yield piece;
    }
    this.alive();
  }

  /** Lets requests come first. */
  async pause(): Promise<void> {
    await wait(0);
    this.#goOn();
  }

  #goOn(): void {
    if (this.#abandoned) throw new AbandonedError('the load was taken over by another request');
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
