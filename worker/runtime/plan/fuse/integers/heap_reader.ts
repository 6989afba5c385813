import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';

/** Reads constants by their addresses in the heap. */
export interface HeapReader {
  floatAt(address: number): number;
  byteAt(address: number): number;
  /** Returns the memory of float32 numbers, valid until something allocates. */
  floatsAt(address: number, count: number): Float32Array;
  /**
   * Calls `use` with memory for float32 numbers and its address, valid until it returns. `use` must not allocate.
   *
   * @returns undefined if memory is out
   */
  borrow<Result>(floats: number, use: (memory: Float32Array, address: number) => Result): Result | undefined;
}

/** Returns a reader of the backend's heap. It finds the present memory at each read, since the heap may grow. */
export function heapReader({ wasm }: BackendWasm): HeapReader {
  return {
    floatAt: (address) => wasm.HEAPF32[address >> 2] ?? Number.NaN,
    byteAt: (address) => wasm.HEAPU8[address] ?? 0,
    floatsAt: (address, count) => wasm.HEAPF32.subarray(address >> 2, (address >> 2) + count),
    borrow: (floats, use) => {
      const address = wasm._malloc(4 * floats) >>> 0;
      if (address === 0) return undefined;
      try {
        return use(wasm.HEAPF32.subarray(address >> 2, (address >> 2) + floats), address);
      } finally {
        wasm._free(address);
      }
    },
  };
}
