import { type IsolateMemory, type MemoryRefusal, MemoryShare } from './memory_share.ts';

/**
 * The total limit as a multiple of one request's limit. With a factor of two, four concurrent requests let an isolate
 * grow by more than 128 MB, since returned memory stays resident until the collector runs.
 */
const SHARES_AT_ONCE = 1.5;

/** A request that received or sent nothing for this long may lose its memory to others. Milliseconds. */
const LONGEST_PAUSE_MS = 30_000;

/** The HTTP status of a request that was refused because of its memory. */
export const MEMORY_STATUS = { 'too large': 413, busy: 503 } as const satisfies Record<
  MemoryRefusal['kind'],
  number
>;

/**
 * Counts the memory of all requests of an isolate: bodies, tensors and answers. The platform ends an isolate that
 * exceeds its limit, together with all of its requests.
 */
export class RequestMemory implements IsolateMemory {
  readonly bytesPerRequest: number;
  readonly #mostBytes: number;
  readonly #now: () => number;
  readonly #shares = new Set<MemoryShare>();
  #held = 0;

  /** @param bytesPerRequest the most bytes that one request may hold */
  constructor(bytesPerRequest: number, now: () => number = Date.now) {
    this.bytesPerRequest = bytesPerRequest;
    this.#mostBytes = SHARES_AT_ONCE * bytesPerRequest;
    this.#now = now;
  }

  /** The bytes that all requests hold now. */
  get held(): number {
    return this.#held;
  }

  /** Opens a share for a new request. It must be released on every path. */
  open(): MemoryShare {
    return new MemoryShare(this);
  }

  /** Takes bytes for a share. Returns false if other requests hold too much. */
  take(share: MemoryShare, bytes: number): boolean {
    if (this.#held + bytes > this.#mostBytes) this.#takeFromIdle(share);
    if (this.#held + bytes > this.#mostBytes) return false;
    this.#shares.add(share);
    share.lastProgress = this.#now();
    this.#held += bytes;
    return true;
  }

  /** Adds bytes without a check; a negative number returns them. */
  add(bytes: number): void {
    this.#held += bytes;
  }

  forget(share: MemoryShare): void {
    this.#shares.delete(share);
  }

  progress(share: MemoryShare): void {
    share.lastProgress = this.#now();
  }

  /**
   * When a client disconnects, the platform ends its request without notice, so that nothing else returns its memory.
   */
  #takeFromIdle(asking: MemoryShare): void {
    const oldest = this.#now() - LONGEST_PAUSE_MS;
    for (const share of this.#shares) {
      if (share !== asking && share.lastProgress < oldest) share.lose();
    }
  }
}
