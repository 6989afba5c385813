import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { makeUncleared } from '../gate/fresh_memory.ts';
import type { KernelCall, NumericValues } from '../gate/kernel_call.ts';
import type { Output } from '../gate/rule.ts';

/**
 * A kernel in JavaScript for calls that tfjs's kernel computes wrongly, or for which it reads outside of its tensors.
 * Its rule has admitted the call. It writes all of its outputs.
 *
 * @param outputs the outputs that the rule determined
 * @returns undefined for a call that tfjs's kernel computes correctly
 */
export type PlainKernel = (
  backend: BackendWasm,
  call: KernelCall,
  outputs: readonly Output[],
) => TensorInfo | TensorInfo[] | undefined;

/** Makes an output for a kernel that writes all of it. */
export function makeOutput(backend: BackendWasm, output: Output | undefined): TensorInfo {
  if (output === undefined) throw new Error('a rule gives fewer outputs than its kernel');
  return makeUncleared(() => backend.makeOutput([...output.shape], output.dtype));
}

/** Returns a view of the values in the heap. It is valid until memory is allocated. */
export function valuesOf(backend: BackendWasm, tensor: TensorInfo): NumericValues {
  // Allocates deferred memory of a weight first: that may grow the memory, which would invalidate the view.
  backend.getMemoryOffset(tensor.dataId);
  return backend.typedArrayFromHeap(tensor);
}
