import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { makeUncleared } from '../gate/fresh_memory.ts';
import type { KernelCall, NumericValues } from '../gate/kernel_call.ts';
import type { Output } from '../gate/rule.ts';

/**
 * Computes in JavaScript what tfjs's kernel gets wrong, or reads outside of its tensors for. It is called with what
 * its rule let through, and writes all of its outputs.
 *
 * @param outputs as the rule worked them out
 * @returns undefined for what tfjs's kernel computes well
 */
export type PlainKernel = (
  backend: BackendWasm,
  call: KernelCall,
  outputs: readonly Output[],
) => TensorInfo | TensorInfo[] | undefined;

/** A tensor for a kernel that writes all of it. */
export function makeOutput(backend: BackendWasm, output: Output | undefined): TensorInfo {
  if (output === undefined) throw new Error('a rule gives fewer outputs than its kernel');
  return makeUncleared(() => backend.makeOutput([...output.shape], output.dtype));
}

/** Values in the heap, valid until memory is allocated. */
export function valuesOf(backend: BackendWasm, tensor: TensorInfo): NumericValues {
  // A weight without memory of its own gets it now: the memory may grow, of which a view is taken next.
  backend.getMemoryOffset(tensor.dataId);
  return backend.typedArrayFromHeap(tensor);
}
