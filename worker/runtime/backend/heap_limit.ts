const PAGE_BYTES = 64 * 1024;

/**
 * Holds a WebAssembly memory below a limit. An isolate that grows past its own is ended with all its requests,
 * so the heap must refuse first.
 *
 * Where memory is out, malloc says 0, XNNPACK skips its work and tfjs goes on with what lies in the heap. So a
 * refusal is remembered: what was computed meanwhile counts for nothing.
 */
export class HeapLimit {
  readonly bytes: number;
  /** What holds now: the limit, or less while a request computes. */
  #ceiling: number;
  #memory: WebAssembly.Memory | undefined;
  #refused = false;

  constructor(bytes: number) {
    this.bytes = bytes;
    this.#ceiling = bytes;
  }

  /** Lets Emscripten's allocator grow the memory up to the limit only. */
  attach(memory: WebAssembly.Memory): void {
    this.#memory = memory;
    const grow = memory.grow.bind(memory);
    memory.grow = (pages) => {
      if (memory.buffer.byteLength + pages * PAGE_BYTES > this.#ceiling) {
        this.#refused = true;
        throw new RangeError('the heap may not grow further');
      }
      return grow(pages);
    };
  }

  /**
   * Lets the memory grow by so many bytes at most, and never beyond the limit, until the function that is returned is
   * called. It brings back what held before.
   */
  allowGrowth(bytes: number): () => void {
    const before = this.#ceiling;
    this.#ceiling = Math.min(this.bytes, (this.#memory?.buffer.byteLength ?? 0) + bytes);
    return () => {
      this.#ceiling = before;
    };
  }

  refuse(): void {
    this.#refused = true;
  }

  /** Whether memory was refused since this was asked last. */
  takeRefusal(): boolean {
    const refused = this.#refused;
    this.#refused = false;
    return refused;
  }
}
