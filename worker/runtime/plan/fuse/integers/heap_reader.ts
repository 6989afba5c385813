import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';

/** Reads constants by their addresses in the heap. */
export interface HeapReader {
  floatAt(address: number): number;
  byteAt(address: number): number;
}

/** Returns a reader of the backend's heap. It finds the present memory at each read, since the heap may grow. */
export function heapReader({ wasm }: BackendWasm): HeapReader {
  return {
    floatAt: (address) => wasm.HEAPF32[address >> 2] ?? Number.NaN,
    byteAt: (address) => wasm.HEAPU8[address] ?? 0,
  };
}
