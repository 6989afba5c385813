import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import {
  getKernelsForBackend,
  type KernelConfig,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
} from '@tensorflow/tfjs-core';

type KernelCall = Parameters<KernelConfig['kernelFunc']>[0];
type KernelResult = ReturnType<KernelConfig['kernelFunc']>;

/** Makes `run` run every kernel until the returned function is called. */
export function wrapKernels(run: (config: KernelConfig, call: KernelCall) => KernelResult): () => void {
  const configs = getKernelsForBackend('wasm');
  const register = (config: KernelConfig): void => {
    unregisterKernel(config.kernelName, 'wasm');
    registerKernel(config);
  };
  for (const config of configs) register({ ...config, kernelFunc: (call) => run(config, call) });
  return () => configs.forEach(register);
}

/** Calls `note` before a tensor's values are read. */
export function wrapReads(backend: BackendWasm, note: (dataId: TensorInfo['dataId']) => void): () => void {
  const { read, readSync } = backend;
  backend.read = (dataId) => {
    note(dataId);
    return read.call(backend, dataId);
  };
  backend.readSync = (dataId, start, end) => {
    note(dataId);
    return readSync.call(backend, dataId, start, end);
  };
  return () => {
    backend.read = read;
    backend.readSync = readSync;
  };
}

/** Calls `note` before the heap is viewed as a tensor's values. */
export function wrapViews(backend: BackendWasm, note: (dataId: TensorInfo['dataId']) => void): () => void {
  const { typedArrayFromHeap } = backend;
  backend.typedArrayFromHeap = (tensor) => {
    note(tensor.dataId);
    return typedArrayFromHeap.call(backend, tensor);
  };
  return () => {
    backend.typedArrayFromHeap = typedArrayFromHeap;
  };
}

/** Calls `note` with the data of each created tensor. */
export function wrapTensorCreation(
  backend: BackendWasm,
  note: (dataId: TensorInfo['dataId']) => void,
): () => void {
  const { move } = backend;
  backend.move = (dataId, values, shape, dtype, refCount) => {
    move.call(backend, dataId, values, shape, dtype, refCount);
    note(dataId);
  };
  return () => {
    backend.move = move;
  };
}

/** Calls `note` whenever a random number is drawn. */
export function wrapRandomness(note: () => void): () => void {
  const { random } = Math;
  Math.random = () => {
    note();
    return random();
  };
  return () => {
    Math.random = random;
  };
}
