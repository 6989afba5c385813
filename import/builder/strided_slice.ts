import { type NodeBuilder, typeValue } from './node_builder.ts';
import type { Shape, SymbolicTensor } from './symbolic_tensor.ts';

/** Where a range of each dimension begins and ends, and its steps: integers, or tensors of them. */
export interface StridedRanges {
  readonly begin: readonly number[] | SymbolicTensor;
  readonly end: readonly number[] | SymbolicTensor;
  readonly steps: readonly number[] | SymbolicTensor;
}

/** A bit for each range: that it begins or ends where the tensor does, is of a new dimension, or leaves its dimension out. */
export interface StridedMasks {
  readonly begin?: number;
  readonly end?: number;
  readonly new?: number;
  readonly shrink?: number;
}

/** TensorFlow's StridedSlice. @param shape of the result */
export function stridedSlice(
  g: NodeBuilder,
  x: SymbolicTensor,
  { begin, end, steps }: StridedRanges,
  shape: Shape,
  masks: StridedMasks = {},
): SymbolicTensor {
  const tensor = (values: StridedRanges['begin']) => ('ref' in values ? values : g.integers(values));
  return g.node(
    'StridedSlice',
    [x, tensor(begin), tensor(end), tensor(steps)],
    { shape },
    {
      Index: typeValue('int32'),
      begin_mask: { i: String(masks.begin ?? 0) },
      end_mask: { i: String(masks.end ?? 0) },
      ellipsis_mask: { i: '0' },
      new_axis_mask: { i: String(masks.new ?? 0) },
      shrink_axis_mask: { i: String(masks.shrink ?? 0) },
    },
  );
}
