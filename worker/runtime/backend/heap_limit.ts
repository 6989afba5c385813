const PAGE_BYTES = 64 * 1024;

/**
 * Keeps a WebAssembly memory below a limit. The platform ends an isolate that exceeds its memory, with all of its
 * requests, so that the heap must refuse first.
 *
 * If memory is out, malloc returns 0, XNNPACK skips its work, and tfjs continues with the data that happens to be in
 * the heap. A refusal is therefore recorded, and the result of that computation is discarded.
 */
export class HeapLimit {
  readonly bytes: number;
  /** The present limit: `bytes`, or less while a request computes. */
  #ceiling: number;
  #memory: WebAssembly.Memory | undefined;
  #refused = false;

  constructor(bytes: number) {
    this.bytes = bytes;
    this.#ceiling = bytes;
  }

  /** Makes Emscripten's allocator grow the memory only up to the limit. */
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
   * Limits the growth of the memory to so many bytes, and never beyond the limit. The returned function restores the
   * earlier limit.
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

  /** Returns true if memory was refused since the last call. */
  takeRefusal(): boolean {
    const refused = this.#refused;
    this.#refused = false;
    return refused;
  }
}
