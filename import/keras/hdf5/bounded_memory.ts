/** Bytes. Pieces of tensors, and what the library keeps in mind of a file, take far less. */
const MOST_MEMORY = 512 * 1024 * 1024;
const PAGE = 64 * 1024;

/**
 * Lets no WebAssembly of this thread have more memory than that: the library then fails to allocate, which it
 * reports. To be called before it is loaded.
 */
export function boundMemory(): void {
  const grow = WebAssembly.Memory.prototype.grow;
  WebAssembly.Memory.prototype.grow = function bounded(this: WebAssembly.Memory, pages: number): number {
    if (this.buffer.byteLength + pages * PAGE > MOST_MEMORY) {
      throw new RangeError('the file needs more memory than a file of its size has reason to');
    }
    return grow.call(this, pages);
  };
}
