import { binary, cast, divide, maximum, multiply, subtract, unary } from './elementwise.ts';
import { type NodeBuilder, typeValue } from './node_builder.ts';
import { reduce } from './reductions.ts';
import { dimension, transpose } from './shaping.ts';
import { rank, type SymbolicTensor } from './symbolic_tensor.ts';

/** The largest values along the last axis and where they are, both [..., k]. @param k how many; all unless told */
export function largest(
  g: NodeBuilder,
  x: SymbolicTensor,
  k = dimension(g, x, rank(x) - 1),
): readonly [values: SymbolicTensor, indices: SymbolicTensor] {
  const shape = [...x.shape.slice(0, -1), typeof k === 'number' ? k : null];
  const [values, indices] = g.nodeWith(
    'TopKV2',
    [x, typeof k === 'number' ? g.integers([k], []) : k],
    [{ shape }, { shape, dtype: 'int32' }],
    { sorted: { b: true } },
  );
  if (values === undefined || indices === undefined) throw new Error('it gives two');
  return [values, indices];
}

/** Sums along an axis from 0 on, each of all values so far. */
export function runningSum(g: NodeBuilder, x: SymbolicTensor, axis: number): SymbolicTensor {
  return g.node(
    'Cumsum',
    [x, g.integers([axis], [])],
    { shape: x.shape },
    { exclusive: { b: false }, reverse: { b: false }, Tidx: typeValue('int32') },
  );
}

/** The orders of dimensions that bring an axis from 0 on to the end, and back. */
export function axisToLast(
  x: SymbolicTensor,
  axis: number,
): { readonly there: readonly number[]; readonly back: readonly number[] } {
  const last = rank(x) - 1;
  const axes = [...x.shape.keys()];
  return {
    there: [...axes.filter((each) => each !== axis), axis],
    back: axes.map((each) => (each === axis ? last : each > axis ? each - 1 : each)),
  };
}

/** Calls a function on a tensor whose axis from 0 on is the last one, and puts the axis back. */
export function alongLast(
  g: NodeBuilder,
  x: SymbolicTensor,
  axis: number,
  action: (moved: SymbolicTensor) => SymbolicTensor,
): SymbolicTensor {
  const { there, back } = axisToLast(x, axis);
  return transpose(g, action(transpose(g, x, there)), back);
}

/** The nearest point whose values are not negative and have the sum 1, along an axis from 0 on. */
export function sparsemax(g: NodeBuilder, input: SymbolicTensor, axis: number): SymbolicTensor {
  return alongLast(g, input, axis, (x) => {
    const last = rank(x) - 1;
    const [sorted] = largest(g, x);
    const count = runningSum(g, unary(g, 'OnesLike', sorted), last);
    const excess = subtract(g, runningSum(g, sorted, last), 1);
    const isPositive = cast(g, binary(g, 'Greater', sorted, divide(g, excess, count)), 'float32');
    const positive = reduce(g, 'Sum', isPositive, [last], true);
    const sum = reduce(g, 'Sum', multiply(g, sorted, isPositive), [last], true);
    return maximum(g, subtract(g, x, divide(g, subtract(g, sum, 1), positive)), 0);
  });
}
