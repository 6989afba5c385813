import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelCall } from '../gate/kernel_call.ts';
import type { Output } from '../gate/rule.ts';
import { makeOutput } from '../javascript/javascript_kernel.ts';
import type { PackedWeights } from './packed_weights.ts';

/**
 * A kernel that reads a weight in the form in which it is kept. Its rule has admitted the call.
 *
 * @param outputs the outputs that the rule determined
 * @returns undefined for a call that it does not cover, without having allocated anything
 */
export type CompactKernel = (
  context: { readonly backend: BackendWasm; readonly weights: PackedWeights },
  call: KernelCall,
  outputs: readonly Output[],
) => TensorInfo | undefined;

/**
 * Gathers rows of a table that is quantized in memory, such as the vectors of a vocabulary: only these rows become float32.
 * x [rows, ...sizes], indices of any shape.
 */
export const gatheredRows: CompactKernel = ({ backend, weights }, call, [output]) => {
  const x = call.tensor('x');
  if (call.axis('axis', x.shape.length) !== 0 || call.integer('batchDims') !== 0 || !weights.hasRows(x))
    return undefined;
  const result = makeOutput(backend, output);
  // A copy: a view of the heap would not outlive an allocation.
  const rows = Int32Array.from(call.values(call.tensor('indices')));
  weights.takeRows(x, rows, backend.getMemoryOffset(result.dataId));
  return result;
};
