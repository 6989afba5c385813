import { multiply, subtract, unary } from './elementwise.ts';
import { type NodeBuilder, typeValue } from './node_builder.ts';
import type { SymbolicTensor } from './symbolic_tensor.ts';

type Reduction = 'All' | 'Any' | 'Max' | 'Mean' | 'Min' | 'Prod' | 'Sum';

/** @param axes from 0 on */
export function reduce(
  g: NodeBuilder,
  op: Reduction,
  x: SymbolicTensor,
  axes: readonly number[],
  keep = false,
): SymbolicTensor {
  const shape = x.shape.flatMap((size, axis) => (!axes.includes(axis) ? [size] : keep ? [1] : []));
  return g.node(
    op,
    [x, g.integers(axes)],
    { shape },
    {
      Tidx: typeValue('int32'),
      keep_dims: { b: keep },
    },
  );
}

export interface Moments {
  readonly mean: SymbolicTensor;
  readonly variance: SymbolicTensor;
  /** What is left without the mean. */
  readonly centered: SymbolicTensor;
}

/** Mean and variance over some axes, which stay with size one. */
export function moments(g: NodeBuilder, x: SymbolicTensor, axes: readonly number[]): Moments {
  const mean = reduce(g, 'Mean', x, axes, true);
  const centered = subtract(g, x, mean);
  return { mean, centered, variance: reduce(g, 'Mean', multiply(g, centered, centered), axes, true) };
}

/** Softmax along an axis from 0 on. */
export function softmax(g: NodeBuilder, x: SymbolicTensor, axis: number): SymbolicTensor {
  if (axis === x.shape.length - 1) return unary(g, 'Softmax', x);
  const least = subtract(g, x, reduce(g, 'Max', x, [axis], true));
  const powers = unary(g, 'Exp', least);
  return g.node('RealDiv', [powers, reduce(g, 'Sum', powers, [axis], true)], { shape: x.shape });
}

/** The logarithm of the softmax along an axis from 0 on. */
export function logSoftmax(g: NodeBuilder, x: SymbolicTensor, axis: number): SymbolicTensor {
  if (axis === x.shape.length - 1) return unary(g, 'LogSoftmax', x);
  const least = subtract(g, x, reduce(g, 'Max', x, [axis], true));
  return subtract(g, least, unary(g, 'Log', reduce(g, 'Sum', unary(g, 'Exp', least), [axis], true)));
}
