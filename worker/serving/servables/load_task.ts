import { CodedError, type ErrorCode } from '../../model/coded_error.ts';
import { wait } from '../../registry/storage/waiting.ts';

/**
 * A load of low priority yields to requests after this many bytes. Verifying and placing them takes a few milliseconds,
 * and each pause takes as long as the requests that go first.
 */
const PAUSE_BYTES = 2 * 1024 * 1024;

/**
 * How long it yields. The runtime runs a timer that is due before it reads requests that have arrived meanwhile: after a
 * shorter pause, several parts of the load follow each other without an answer between them. Milliseconds.
 */
const PAUSE_MS = 40;

/** The load made no progress and was abandoned. Another request has taken it over. */
export class AbandonedError extends CodedError {
  override readonly code: ErrorCode = 'ERR_LOAD_ABANDONED';
}

/**
 * Tracks one load. Its I/O belongs to the request that began it: if the runtime drops that request's work, the load
 * neither ends nor fails, and another request must take over.
 */
export class LoadTask {
  readonly #now: () => number;
  #pauses: boolean;
  readonly #cleanups: (() => void)[] = [];
  readonly began: number;
  /** Keeps the request's context alive for work that no request awaits. */
  readonly waitUntil: (promise: Promise<unknown>) => void;
  #aliveAt: number;
  #abandoned = false;

  constructor(now: () => number, waitUntil: (promise: Promise<unknown>) => void, { pauses = false } = {}) {
    this.#now = now;
    this.waitUntil = waitUntil;
    this.#pauses = pauses;
    this.began = now();
    this.#aliveAt = this.began;
  }

  /** True if the load yields to requests, because none of them waits for it. */
  get pauses(): boolean {
    return this.#pauses;
  }

  /** Ends the pauses, since a request waits for the load. */
  hurry(): void {
    this.#pauses = false;
  }

  /** Registers a function that frees the load's memory if the load is abandoned. */
  readonly onAbandon = (cleanup: () => void): void => {
    this.#cleanups.push(cleanup);
  };

  /** Records the progress with every piece, and stops the load after it was abandoned. */
  async *watch(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    let unpaused = 0;
    for await (const piece of pieces) {
      unpaused += piece.length;
      if (this.#pauses && unpaused >= PAUSE_BYTES) {
        unpaused = 0;
        await this.pause();
      } else this.#goOn();
      yield piece;
    }
    this.alive();
  }

  /**
   * Yields to requests, unless one of them waits for the load.
   *
   * @throws AbandonedError if another request has taken the load over
   */
  readonly pause = async (): Promise<void> => {
    if (this.#pauses) await wait(PAUSE_MS);
    this.#goOn();
  };

  #goOn(): void {
    if (this.#abandoned) throw new AbandonedError('the load was taken over by another request');
    this.alive();
  }

  /** Records progress. */
  alive(): void {
    this.#aliveAt = this.#now();
  }

  /** Milliseconds since the last progress. */
  silentFor(): number {
    return this.#now() - this.#aliveAt;
  }

  /** Abandons the load and frees its memory. */
  abandon(): void {
    this.#abandoned = true;
    for (const cleanup of this.#cleanups.splice(0)) cleanup();
  }
}
