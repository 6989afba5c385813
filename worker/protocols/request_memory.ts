const MEBIBYTE = 1024 * 1024;

/** So little is never refused for what others hold: a small request waits for no large one. Bytes. */
const NEVER_BUSY = 256 * 1024;

/** How many requests as large as one may be fit beside each other. */
const REQUESTS_AT_ONCE = 2;

export type MemoryRefusal =
  /** It would not fit alone. */
  | { readonly kind: 'too large'; readonly message: string }
  /** It would fit if others held less. */
  | { readonly kind: 'busy'; readonly message: string };

/**
 * What the requests of an isolate hold together: their bodies, tensors and answers. An isolate that takes more memory
 * than the platform allows is ended with everybody's requests in it.
 */
export class RequestMemory {
  readonly bytesPerRequest: number;
  readonly #mostBytes: number;
  #held = 0;

  /** @param bytesPerRequest how much one request may hold */
  constructor(bytesPerRequest: number) {
    this.bytesPerRequest = bytesPerRequest;
    this.#mostBytes = REQUESTS_AT_ONCE * bytesPerRequest;
  }

  /** How much all requests hold now. */
  get held(): number {
    return this.#held;
  }

  open(): MemoryShare {
    return new MemoryShare(this);
  }

  /** Only a share may call this. False where there is too little left. */
  take(bytes: number): boolean {
    if (this.#held + bytes > this.#mostBytes) return false;
    this.#held += bytes;
    return true;
  }

  /** Only a share may call this. */
  takeAnyway(bytes: number): void {
    this.#held += bytes;
  }
}

/** What one request holds. It has to be released on every path. */
export class MemoryShare {
  readonly #memory: RequestMemory;
  #body = 0;
  #computation = 0;
  #isReleased = false;

  constructor(memory: RequestMemory) {
    this.#memory = memory;
  }

  /** How much more the request may hold. */
  get left(): number {
    return Math.max(0, this.#memory.bytesPerRequest - this.#body - this.#computation);
  }

  /** Bytes of the body that were received. */
  takeBody(bytes: number, what: string): MemoryRefusal | undefined {
    const refusal = this.#take(bytes, what);
    if (refusal === undefined) this.#body += bytes;
    return refusal;
  }

  /** A computation begins: what an earlier one of the same request took is no longer needed. */
  beginComputation(): void {
    if (this.#computation > 0) this.#memory.takeAnyway(-this.#computation);
    this.#computation = 0;
  }

  /** Bytes of tensors and of the answer. `what` they are stands at the beginning of the refusal. */
  takeComputation(bytes: number, what: string): MemoryRefusal | undefined {
    const refusal = this.#take(bytes, what);
    if (refusal === undefined) this.#computation += bytes;
    return refusal;
  }

  /** The request is done. Nothing is taken any more. */
  release(): void {
    if (!this.#isReleased) this.#memory.takeAnyway(-this.#body - this.#computation);
    this.#isReleased = true;
  }

  #take(bytes: number, what: string): MemoryRefusal | undefined {
    if (this.#isReleased) return undefined;
    const held = this.#body + this.#computation;
    const most = this.#memory.bytesPerRequest;
    if (held + bytes > most) {
      const needed = `${what} would take ${inMegabytes(bytes)} MB beside ${inMegabytes(held)} MB of the request`;
      return {
        kind: 'too large',
        message: `${needed}; REQUEST_MEMORY_MB allows a request ${inMegabytes(most)} MB`,
      };
    }
    if (held + bytes <= NEVER_BUSY) this.#memory.takeAnyway(bytes);
    else if (!this.#memory.take(bytes)) {
      const message = `Other requests hold the memory that ${what.toLowerCase()} needs; ask again in a moment`;
      return { kind: 'busy', message };
    }
    return undefined;
  }
}

/** The HTTP status of what was refused for its memory. */
export const MEMORY_STATUS = { 'too large': 413, busy: 503 } as const;

function inMegabytes(bytes: number): string {
  return (bytes / MEBIBYTE).toFixed(1);
}
