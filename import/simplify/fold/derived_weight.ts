import { elementCount } from '../../../worker/model/tensor.ts';
import { float32Values } from '../../graph/float32_values.ts';
import type { Weight } from '../../graph/graph.ts';

/** Makes a weight that is computed from other weights on demand. */
export function derivedWeight(
  shape: readonly number[],
  sources: readonly Weight[],
  compute: (result: Float32Array, ...sources: Float32Array[]) => void,
): Weight {
  const count = elementCount(shape);
  return {
    dtype: 'float32',
    shape,
    byteLength: 4 * count,
    read: async () => {
      const values: Float32Array[] = [];
      for (const source of sources) values.push(float32Values(await source.read()));
      const result = new Float32Array(count);
      compute(result, ...values);
      return new Uint8Array(result.buffer);
    },
  };
}

/** Returns the same values in another shape. */
function reshapedWeight(weight: Weight, shape: readonly number[]): Weight {
  if (elementCount(shape) !== elementCount(weight.shape)) {
    throw new Error(`[${weight.shape}] cannot become [${shape}]`);
  }
  const { dtype, byteLength, quantized } = weight;
  return {
    dtype,
    shape,
    byteLength,
    read: () => weight.read(),
    ...(quantized === undefined ? {} : { quantized }),
  };
}

export function zeros(count: number): Weight {
  return derivedWeight([count], [], () => undefined);
}

/** Returns a value for each channel, from one value for each or one for all. */
export function perChannel(weight: Weight, channels: number): Weight {
  return elementCount(weight.shape) === channels
    ? reshapedWeight(weight, [channels])
    : derivedWeight([channels], [weight], (result, [value = 0] = new Float32Array(1)) => result.fill(value));
}
