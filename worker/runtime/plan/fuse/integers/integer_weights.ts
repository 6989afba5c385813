import type { Heap } from '../../../kernels/heap.ts';

/** Vectors are loaded fastest from whole cache lines. Bytes. */
const CACHE_LINE = 64;

/** A plan's copies of weights as bytes. They take a quarter of the memory of floats. */
export class IntegerWeights {
  readonly #heap: Heap;
  readonly #addresses: number[] = [];

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  get count(): number {
    return this.#addresses.length;
  }

  /** @returns the address of the copy, or undefined if memory is out */
  readonly place = (bytes: Uint8Array): number | undefined => {
    const block = this.#heap.tryAllocate(bytes.length + CACHE_LINE);
    if (block === undefined) return undefined;
    this.#addresses.push(block);
    const address = Math.ceil(block / CACHE_LINE) * CACHE_LINE;
    this.#heap.backend.wasm.HEAPU8.set(bytes, address);
    return address;
  };

  dispose(): void {
    for (const address of this.#addresses.splice(0)) this.#heap.free(address);
  }
}
