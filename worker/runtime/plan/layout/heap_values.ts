import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import type { TensorValue } from '../../../model/tensor.ts';

/** tfjs's Emscripten module, which replaces its views whenever the heap grows. */
type Module = BackendWasm['wasm'];

/** Copies a tensor's values to an address in the heap, which must be a multiple of 4. */
export function writeValues(wasm: Module, value: TensorValue, address: number): void {
  switch (value.dtype) {
    case 'float32':
      wasm.HEAPF32.set(value.values, address >> 2);
      return;
    case 'int32':
      wasm.HEAP32.set(value.values, address >> 2);
      return;
    case 'bool':
      wasm.HEAPU8.set(value.values, address);
      return;
    case 'string':
      throw new Error('strings do not lie in the heap');
  }
}

/** A tensor in the heap. */
export interface HeapTensor {
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly shape: readonly number[];
  /** The number of elements of the shape. */
  readonly count: number;
}

/** Copies a tensor's values out of the heap. */
export function readValues(wasm: Module, { dtype, shape, count }: HeapTensor, address: number): TensorValue {
  const first = address >> 2;
  switch (dtype) {
    case 'float32':
      return { dtype, shape, values: wasm.HEAPF32.slice(first, first + count) };
    case 'int32':
      return { dtype, shape, values: wasm.HEAP32.slice(first, first + count) };
    case 'bool':
      return { dtype, shape, values: wasm.HEAPU8.slice(address, address + count) };
  }
}
