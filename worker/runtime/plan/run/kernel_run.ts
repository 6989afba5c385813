import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import type { NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import { elementCount } from '../../../model/tensor.ts';
import type { BufferId } from '../ir/buffers.ts';
import type { KernelInput, KernelOutput, KernelStep } from '../ir/step.ts';

/**
 * Prepares a call of a kernel of tfjs on tensors in the arena.
 *
 * @returns a function that makes the call. It returns false if an output's shape or dtype differs from the recorded one
 */
export function createKernelRun(
  step: KernelStep,
  backend: BackendWasm,
  addressOf: (buffer: BufferId) => number,
): () => boolean {
  return () => {
    const borrowed: TensorInfo[] = [];
    const take = (input: KernelInput): TensorInfo => {
      if (input.kind === 'constant') return input.tensor;
      // Each tensor has a new identity, since tfjs's kernels cache derived data by a tensor's identity.
      const tensor = backend.makeOutput([...input.shape], input.dtype, addressOf(input.buffer));
      borrowed.push(tensor);
      return tensor;
    };
    const named: NamedTensorInfoMap = {};
    for (const [name, input] of step.inputs) named[name] = take(input);
    let outputs: TensorInfo[] = [];
    try {
      // A kernel that takes a list finds it in place of the named inputs.
      const inputs = step.isList ? (Object.values(named) as unknown as NamedTensorInfoMap) : named;
      const { attributes } = step;
      outputs = [step.run({ inputs, backend, ...(attributes ? { attrs: attributes } : {}) })].flat();
      return step.outputs.every((expected, index) =>
        copyOutput(backend, outputs[index], expected, addressOf),
      );
    } finally {
      for (const { dataId } of outputs) {
        if (borrowed.every((tensor) => tensor.dataId !== dataId)) backend.disposeData(dataId);
      }
      for (const { dataId } of borrowed) forget(backend, dataId);
    }
  };
}

function copyOutput(
  backend: BackendWasm,
  output: TensorInfo | undefined,
  { buffer, shape, dtype }: KernelOutput,
  addressOf: (buffer: BufferId) => number,
): boolean {
  if (output === undefined || output.dtype !== dtype || !isSameShape(output.shape, shape)) return false;
  const from = backend.getMemoryOffset(output.dataId);
  backend.wasm.HEAPU8.copyWithin(addressOf(buffer), from, from + bytesOf(shape, dtype));
  return true;
}

/** Makes tfjs forget a tensor without freeing its memory, which tfjs does not own. */
function forget(backend: BackendWasm, dataId: TensorInfo['dataId']): void {
  if (!backend.dataIdMap.has(dataId)) throw new Error('a kernel has freed what it was lent');
  const { id } = backend.dataIdMap.get(dataId);
  backend.wasm.tfjs.disposeData(id);
  backend.dataIdMap.delete(dataId);
}

function bytesOf(shape: readonly number[], dtype: TensorInfo['dtype']): number {
  return elementCount(shape) * (dtype === 'bool' ? 1 : 4);
}

function isSameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, index) => size === b[index]);
}
