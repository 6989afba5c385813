import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { randomValues } from '../../fixtures/kernels/comparison.ts';
import { type Codes, quantized } from './quantized_layers.ts';

/** Networks of float steps that plans may compute in bytes, or must not: with sizes, scales, zeros and ranges of any kind. */
const KINDS = ['convolution', 'depthwise', 'product', 'sum', 'largest', 'average', 'means'] as const;
const MOVES = ['joined', 'padded', 'sliced', 'enlarged', 'looked up', 'inverted'] as const;
const FUNCTIONS = [tf.sigmoid, tf.tanh, tf.relu, tf.sqrt, tf.neg, tf.abs, tf.exp, tf.reciprocal];

const LARGE = 2 ** 20;
const range = fc.constantFrom(
  ...([
    [-128, 127],
    [0, 255],
    [0, 6],
    [-0, 7],
    [-9, -0],
    [-5, 200],
    [300, 555],
    [10, 5],
    [LARGE, LARGE + 255],
    [2 ** 25, 2 ** 25 + 100],
  ] as const),
);

const layer = fc.record({
  kind: fc.constantFrom(...KINDS, ...KINDS, ...MOVES),
  range,
  zero: fc.constantFrom(undefined, 0, -0, 3, -128, 255, 1000, -LARGE, LARGE),
  scale: fc.constantFrom<number | undefined>(undefined, 0.01, 0.0008, 3.3, 0.5, -0.5, 0, 1e-40, 1e38),
  scalesChannels: fc.boolean(),
  center: fc.constantFrom(0, 0, -3, 121, 128, 0.5),
  most: fc.constantFrom(127, 127, 254, 1, 0, 200),
  middle: fc.constantFrom(0, 0, 30, -60),
  size: fc.constantFrom(1, 2, 3, 3, 5),
  stride: fc.constantFrom(1, 1, 2, 3),
  dilation: fc.constantFrom(1, 1, 2),
  bias: fc.constantFrom(0, 0, 300, 2 ** 23, 2 ** 31),
  filters: fc.constantFrom(1, 3, 8, 17),
  seed: fc.nat(999),
});
type Layer = typeof layer extends fc.Arbitrary<infer Value> ? Value : never;

export const networks = fc.record({
  first: layer,
  layers: fc.array(layer, { maxLength: 4 }),
  shape: fc.tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 6 }),
    fc.integer({ min: 1, max: 7 }),
    fc.constantFrom(1, 2, 3, 5, 8, 16, 17, 20),
  ),
  isInverted: fc.boolean(),
});
export type IntegerNetwork = typeof networks extends fc.Arbitrary<infer Value> ? Value : never;

/** More elements would only take time. */
const MOST_ELEMENTS = 5000;

/** Computes a network. The quotients of its results, if it is inverted, show the signs of zeros. */
export function computeNetwork({ first, layers, isInverted }: IntegerNetwork, x: tf.Tensor): tf.Tensor {
  let y = requantized(x, first) as tf.Tensor4D;
  for (const each of layers) if (y.size <= MOST_ELEMENTS) y = computed(y, each);
  return isInverted ? tf.reciprocal(y) : tf.mul(y, 0.5);
}

function requantized(
  sums: tf.Tensor,
  { range: [lowest, highest], zero, scale = 1, ...given }: Layer,
): tf.Tensor {
  const channels = sums.shape.at(-1) ?? 1;
  const scales = given.scalesChannels ? tf.tensor1d(randomValues(channels, given.seed, scale)) : scale;
  if (zero !== undefined) return quantized(sums, scales, { zero, lowest, highest } satisfies Codes);
  return tf.minimum(tf.maximum(tf.round(tf.mul(sums, scales)), lowest), highest);
}

/** Integers around the middle, some of them 0. */
function weights(shape: [number, number, number, number], { seed, most, middle }: Layer): tf.Tensor4D {
  const values = randomValues(tf.util.sizeFromShape(shape), seed, most);
  const bounded = values.map((value) => Math.max(-254, Math.min(254, Math.round(value) + middle)));
  return tf.tensor4d(bounded, shape);
}

function computed(x: tf.Tensor4D, given: Layer): tf.Tensor4D {
  const { kind, size, stride, center, seed, filters } = given;
  const [batch, height, width, channels] = x.shape;
  const centered = tf.sub<tf.Tensor4D>(x, center);
  const dilation = stride > 1 ? 1 : given.dilation;
  const biased = (sums: tf.Tensor): tf.Tensor => {
    const bias = randomValues(sums.shape.at(-1) ?? 1, seed + 3, given.bias).map(Math.round);
    return given.bias === 0 ? sums : tf.add(sums, tf.tensor1d(bias));
  };
  const again = (sums: tf.Tensor): tf.Tensor4D => requantized(sums, given) as tf.Tensor4D;
  switch (kind) {
    case 'convolution': {
      const filter = weights([size, size, channels, filters], given);
      return again(biased(tf.conv2d(centered, filter, stride, 'same', 'NHWC', dilation)));
    }
    case 'depthwise': {
      const filter = weights([size, size, channels, 1], given);
      return again(biased(tf.depthwiseConv2d(centered, filter, stride, 'same', 'NHWC', dilation)));
    }
    case 'product': {
      const matrix = tf.reshape(weights([1, 1, channels, filters], given), [channels, filters]);
      const sums = tf.matMul(tf.reshape(centered, [batch * height * width, channels]), matrix);
      return again(tf.reshape(sums, [batch, height, width, filters]));
    }
    case 'sum':
      return again(tf.add(tf.mul(centered, given.scale ?? 0.3), tf.mul(x, 0.7)));
    case 'largest':
      return tf.maxPool(x, size, stride, 'same');
    case 'average':
      return again(tf.avgPool(centered, size, stride, 'same'));
    case 'means':
      return again(tf.mean(centered, [1, 2], true));
    case 'joined':
      return tf.concat([x, x], 1 + (seed % 3));
    case 'padded': {
      const around: [number, number][] = [
        [0, 0],
        [1, seed % 3],
        [seed % 2, 1],
        [0, 0],
      ];
      return tf.pad(x, around, given.zero ?? 0);
    }
    case 'sliced':
      return tf.slice(x, [0, height > 1 ? 1 : 0, 0, 0], [-1, -1, -1, Math.max(1, channels - 1)]);
    case 'enlarged':
      return tf.image.resizeNearestNeighbor(x, [2 * height, 2 * width]);
    case 'looked up':
      return again(FUNCTIONS[seed % FUNCTIONS.length]?.(centered) ?? centered);
    case 'inverted':
      return again(tf.reciprocal(x));
  }
}
