import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import { elementCount } from '../../../model/tensor.ts';

type TensorData = ReturnType<BackendWasm['dataIdMap']['get']>;

/** The ids of data without memory. */
const deferred = new WeakMap<TensorData, number>();

/**
 * Defers the memory of data until its first use. tfjs's kernels find a tensor by its id, and its JavaScript by the
 * address.
 *
 * @param allocate allocates the memory at that time, with its values
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

/** Sets the address of data whose memory was deferred. */
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
