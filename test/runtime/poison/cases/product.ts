import fc from 'fast-check';
import { type CallSpec, type Calls, floats, positive, shapes, size } from '../kernel_call.ts';

const ACTIVATIONS = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const;

export const fusing = fc.record({
  activation: fc.constantFrom(...ACTIVATIONS),
  hasBias: fc.boolean(),
  slopes: fc.constantFrom<'channels' | 'one' | 'padded'>('channels', 'one', 'padded'),
});
export type Fusing = typeof fusing extends fc.Arbitrary<infer Value> ? Value : never;

/** A product with its fused inputs: a bias per channel, and slopes for prelu. */
export function fused(spec: CallSpec, channels: number, rank: number, how: Fusing): CallSpec {
  const slopes = {
    channels: [channels],
    one: [1],
    padded: [...Array.from({ length: rank - 2 }, () => 1), channels],
  }[how.slopes];
  return {
    ...spec,
    inputs: {
      ...spec.inputs,
      ...(how.hasBias ? { bias: floats([channels]) } : {}),
      ...(how.activation === 'prelu' ? { preluActivationWeights: floats(slopes) } : {}),
    },
    attributes: {
      ...spec.attributes,
      activation: how.activation,
      ...(how.activation === 'leakyrelu' ? { leakyreluAlpha: 0.3 } : {}),
    },
  };
}

const matrices = fc.record({
  outer: shapes(0, 2),
  aOnes: fc.nat(3),
  bOnes: fc.nat(3),
  m: size,
  k: size,
  n: size,
  transposeA: fc.boolean(),
  transposeB: fc.boolean(),
});

const product = matrices.map(({ outer, aOnes, bOnes, m, k, n, transposeA, transposeB }) => {
  const ones = (chosen: number): number[] => outer.map((each, axis) => ((chosen >> axis) & 1 ? 1 : each));
  const a = [...ones(aOnes), ...(transposeA ? [k, m] : [m, k])];
  const b = [...ones(bOnes), ...(transposeB ? [n, k] : [k, n])];
  return {
    spec: { inputs: { a: floats(a), b: floats(b) }, attributes: { transposeA, transposeB } },
    n,
    rank: a.length,
  };
});

const image = fc.record({
  outer: shapes(1, 4),
  channels: positive,
  hasScale: fc.boolean(),
  hasOffset: fc.boolean(),
});

export const PRODUCT_CALLS: Readonly<Record<string, Calls>> = {
  BatchMatMul: product.map(({ spec }) => spec),
  FusedBatchNorm: image.map(({ outer, channels, hasScale, hasOffset }) => ({
    inputs: {
      x: floats([...outer.slice(0, 3), channels]),
      mean: floats([channels]),
      variance: { dtype: 'float32', shape: [channels], range: [0.5, 2] },
      ...(hasScale ? { scale: floats([channels]) } : {}),
      ...(hasOffset ? { offset: floats([channels]) } : {}),
    },
    attributes: { varianceEpsilon: 0.001 },
  })),
  _FusedMatMul: fc
    .record({ product, how: fusing })
    .map(({ product: { spec, n, rank }, how }) => fused(spec, n, rank, how)),
};
