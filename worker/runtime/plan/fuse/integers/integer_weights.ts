import type { Heap } from '../../../kernels/heap.ts';

/** Vectors are loaded fastest from whole cache lines. Bytes. */
const CACHE_LINE = 64;

/** A plan's copies of weights as bytes. They take a quarter of the memory of floats. */
export class IntegerWeights {
  readonly #heap: Heap;
  readonly #blocks: number[] = [];
  readonly #copies: { readonly address: number; readonly bytes: number }[] = [];

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  get copies(): readonly { readonly address: number; readonly bytes: number }[] {
    return this.#copies;
  }

  /** @returns the address of the copy, or undefined if memory is out */
  readonly place = (bytes: Uint8Array): number | undefined => {
    const block = this.#heap.tryAllocate(bytes.length + CACHE_LINE);
    if (block === undefined) return undefined;
    this.#blocks.push(block);
    const address = Math.ceil(block / CACHE_LINE) * CACHE_LINE;
    this.#heap.backend.wasm.HEAPU8.set(bytes, address);
    this.#copies.push({ address, bytes: bytes.length });
    return address;
  };

  dispose(): void {
    for (const block of this.#blocks.splice(0)) this.#heap.free(block);
    this.#copies.length = 0;
  }
}
