import { type IsolateMemory, type MemoryRefusal, MemoryShare } from './memory_share.ts';

/**
 * How much all requests may hold together, in shares of one. With two, four requests at once let an isolate grow by more
 * than 128 MB: what was given back stays resident until the collector comes by.
 */
const SHARES_AT_ONCE = 1.5;

/** A request that received or sent nothing for so long loses its memory to others that need it. Milliseconds. */
const LONGEST_PAUSE_MS = 30_000;

/** The HTTP status of what was refused for its memory. */
export const MEMORY_STATUS = { 'too large': 413, busy: 503 } as const satisfies Record<
  MemoryRefusal['kind'],
  number
>;

/**
 * What the requests of an isolate hold together: their bodies, tensors and answers. An isolate that takes more memory
 * than the platform allows is ended with everybody's requests in it.
 */
export class RequestMemory implements IsolateMemory {
  readonly bytesPerRequest: number;
  readonly #mostBytes: number;
  readonly #now: () => number;
  readonly #shares = new Set<MemoryShare>();
  #held = 0;

  /** @param bytesPerRequest how much one request may hold */
  constructor(bytesPerRequest: number, now: () => number = Date.now) {
    this.bytesPerRequest = bytesPerRequest;
    this.#mostBytes = SHARES_AT_ONCE * bytesPerRequest;
    this.#now = now;
  }

  /** How much all requests hold now. */
  get held(): number {
    return this.#held;
  }

  /** For a request that begins. The share has to be released on every path. */
  open(): MemoryShare {
    return new MemoryShare(this);
  }

  /** A share asks for more. False where others hold too much. */
  take(share: MemoryShare, bytes: number): boolean {
    if (this.#held + bytes > this.#mostBytes) this.#takeFromIdle(share);
    if (this.#held + bytes > this.#mostBytes) return false;
    this.#shares.add(share);
    share.lastProgress = this.#now();
    this.#held += bytes;
    return true;
  }

  /** A share takes a little, or gives something back. */
  add(bytes: number): void {
    this.#held += bytes;
  }

  forget(share: MemoryShare): void {
    this.#shares.delete(share);
  }

  progress(share: MemoryShare): void {
    share.lastProgress = this.#now();
  }

  /** Where a client is gone, the platform ends its request without a word: nothing else gives its memory back. */
  #takeFromIdle(asking: MemoryShare): void {
    const oldest = this.#now() - LONGEST_PAUSE_MS;
    for (const share of this.#shares) {
      if (share !== asking && share.lastProgress < oldest) share.lose();
    }
  }
}
