import { memory } from '@tensorflow/tfjs-core';
import { wasmBackend } from './backend.ts';

export interface RuntimeMemory {
  /** Bytes of the WebAssembly heap. It grows and never shrinks. */
  readonly heapBytes: number;
  /** Tensors alive. Constant between requests, or something leaks. */
  readonly tensors: number;
}

export async function runtimeMemory(): Promise<RuntimeMemory> {
  const backend = await wasmBackend();
  return { heapBytes: backend.wasm.HEAPU8.length, tensors: memory().numTensors };
}
