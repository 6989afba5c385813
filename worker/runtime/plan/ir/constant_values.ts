import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import { elementCount } from '../../../model/tensor.ts';
import type { PackedWeights } from '../../kernels/packing/packed_weights.ts';
import type { ConstantValues } from '../fuse/layer_norm/match_layer_norm.ts';

/** Returns a reader of constants in the heap. */
export function constantValues(backend: BackendWasm, weights: Pick<PackedWeights, 'pin'>): ConstantValues {
  const floats = (): Float32Array => backend.wasm.HEAPF32;
  return {
    scalarAt: (address) => floats()[address >> 2] ?? Number.NaN,
    rowOf: (tensor, width) => {
      const { dtype, shape } = tensor;
      if (dtype !== 'float32' || shape.at(-1) !== width) return undefined;
      const address = weights.pin(tensor);
      const values = floats().subarray(address >> 2, (address >> 2) + elementCount(shape));
      return values.every((value, index) => value === values[index % width]) ? address : undefined;
    },
  };
}
