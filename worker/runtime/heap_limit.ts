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
  #refused = false;

  constructor(bytes: number) {
    this.bytes = bytes;
  }

  /** Lets Emscripten's allocator grow the memory up to the limit only. */
  attach(memory: WebAssembly.Memory): void {
    const grow = memory.grow.bind(memory);
    memory.grow = (pages) => {
      if (memory.buffer.byteLength + pages * PAGE_BYTES > this.bytes) {
        this.#refused = true;
        throw new RangeError('the heap may not grow further');
      }
      return grow(pages);
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
