import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { BYTES_PER_ELEMENT } from '../../../model/dtype.ts';
import { elementCount } from '../../../model/tensor.ts';
import { isDeferred } from '../../kernels/packing/deferred_memory.ts';
import type { PackedWeights } from '../../kernels/packing/packed_weights.ts';
import type { PlanCopy } from '../compile/compiled_plan.ts';
import type { PackedFilter } from '../fuse/winograd_weights.ts';
import type { LoadedWeights } from './loaded_weights.ts';
import type { PreparedConstant } from './prepared_plan.ts';

type DataId = TensorInfo['dataId'];

/** A range of the heap that a plan reads and does not write, and how a new isolate gets the same. */
export interface ConstantBlock {
  readonly address: number;
  readonly bytes: number;
  readonly constant: PreparedConstant;
  /** The filter of which the range is made, if its kind is `made`. */
  readonly filter?: PackedFilter;
  /** The bytes, if they are not in the heap. */
  readonly content?: Uint8Array;
}

/** Returns the ranges of all constants of a plan: weights, what was computed of them, and the plan's copies. */
export function constantBlocks(
  backend: BackendWasm,
  packed: PackedWeights,
  held: Iterable<DataId>,
  weights: LoadedWeights,
  copies: readonly PlanCopy[],
): ConstantBlock[] {
  const names = new Map<DataId, string>();
  for (const [name, { dataId }] of weights.entries()) names.set(dataId, name);
  const blocks: ConstantBlock[] = copies.map(({ address, bytes, filter }) =>
    filter === undefined
      ? { address, bytes, constant: { kind: 'bytes', bytes } }
      : { address, bytes, constant: { kind: 'made', bytes }, filter },
  );
  for (const dataId of held) {
    const weight = names.get(dataId);
    const add = (address: number, bytes: number, constant: PreparedConstant): void => {
      blocks.push({ address, bytes, constant: weight === undefined ? { kind: 'bytes', bytes } : constant });
    };
    const data = backend.dataIdMap.get(dataId);
    const { shape, dtype } = data;
    if (!isDeferred(data) && (dtype === 'float32' || dtype === 'int32' || dtype === 'bool')) {
      const bytes = elementCount(shape) * BYTES_PER_ELEMENT[dtype];
      add(data.memoryOffset, bytes, { kind: 'elements', weight: weight ?? '' });
    }
    const form = packed.packedForm({ dataId });
    if (form === undefined) continue;
    const { matrix, layout, panelBytes, vectorBytes } = form;
    add(matrix.address, panelBytes, { kind: 'panels', weight: weight ?? '', ...layout });
    if (matrix.quantized !== undefined)
      add(matrix.quantized.vectors, vectorBytes, { kind: 'vectors', weight: weight ?? '', ...layout });
  }
  return blocks;
}
