import { memory } from '@tensorflow/tfjs-core';
import { wasmBackend } from './backend.ts';

export interface RuntimeMemory {
  /** The bytes of the WebAssembly heap, which grows and never shrinks. */
  readonly heapBytes: number;
  /** The number of tensors in memory. If it grows between requests, tensors leak. */
  readonly tensors: number;
}

export async function runtimeMemory(): Promise<RuntimeMemory> {
  const backend = await wasmBackend();
  return { heapBytes: backend.wasm.HEAPU8.length, tensors: memory().numTensors };
}
