import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import { elementCount } from '../../../model/tensor.ts';

type TensorData = ReturnType<BackendWasm['dataIdMap']['get']>;

/** The ids of data that has no memory of its own now. */
const deferred = new WeakMap<TensorData, number>();

/**
 * Lets data be without memory until someone looks for it: tfjs's kernels find a tensor by its id, its JavaScript
 * by the address.
 *
 * @param allocate makes the memory then, with the values in it
 */
export function deferMemory(backend: BackendWasm, data: TensorData, allocate: () => number): void {
  const { id } = data;
  const settle = (): void => settleMemory(backend, data, allocate());
  deferred.set(data, id);
  define(data, 'memoryOffset', () => {
    settle();
    return data.memoryOffset;
  });
  define(data, 'id', () => {
    settle();
    return id;
  });
}

export function isDeferred(data: TensorData): boolean {
  return deferred.has(data);
}

/** Gives data that was without memory this address. */
export function settleMemory(backend: BackendWasm, data: TensorData, memoryOffset: number): void {
  const id = deferred.get(data);
  if (id === undefined) throw new Error('data has memory already');
  deferred.delete(data);
  const plain = { writable: true, enumerable: true, configurable: true };
  Object.defineProperty(data, 'id', { value: id, ...plain });
  Object.defineProperty(data, 'memoryOffset', { value: memoryOffset, ...plain });
  backend.wasm.tfjs.disposeData(id);
  backend.wasm.tfjs.registerTensor(id, elementCount(data.shape), memoryOffset);
}

function define(data: TensorData, name: 'id' | 'memoryOffset', get: () => number): void {
  Object.defineProperty(data, name, { get, enumerable: true, configurable: true });
}
