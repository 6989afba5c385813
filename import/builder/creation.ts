import { type NodeBuilder, typeValue } from './node_builder.ts';
import { type Dimension, shapeTensor } from './shaping.ts';
import type { Shape, SymbolicTensor } from './symbolic_tensor.ts';

/** A tensor of one value. */
export function fill(
  g: NodeBuilder,
  sizes: readonly Dimension[],
  value: number,
  dtype: 'float32' | 'int32' = 'float32',
): SymbolicTensor {
  const shape = sizes.map((size) => (typeof size === 'number' ? size : null));
  return fillShape(g, shapeTensor(g, sizes), g.scalar(value, dtype), shape);
}

/** A tensor of one value, whose shape is a tensor. @param shape what is known of it */
export function fillShape(
  g: NodeBuilder,
  sizes: SymbolicTensor,
  value: SymbolicTensor,
  shape: Shape,
): SymbolicTensor {
  const { dtype } = value;
  return g.node(
    'Fill',
    [sizes, value],
    { shape, dtype },
    { T: typeValue(dtype), index_type: typeValue('int32') },
  );
}

/** Numbers from a start to before an end, which are scalars. @param count how many there are */
export function range(
  g: NodeBuilder,
  [start, end, step]: readonly [SymbolicTensor, SymbolicTensor, SymbolicTensor],
  count: number | null,
): SymbolicTensor {
  const { dtype } = start;
  return g.node('Range', [start, end, step], { shape: [count], dtype }, { Tidx: typeValue(dtype) });
}

/** Up to so many numbers are a constant. */
const MOST_COUNTED = 4096;

/** Numbers from 0 to below a size, [size]. */
export function countUp(g: NodeBuilder, size: Dimension): SymbolicTensor {
  if (typeof size === 'number' && size <= MOST_COUNTED) return g.integers([...Array(size).keys()]);
  const [zero, one] = [g.integers([0], []), g.integers([1], [])];
  return typeof size === 'number'
    ? range(g, [zero, g.integers([size], []), one], size)
    : range(g, [zero, size, one], null);
}

interface OneHotOptions {
  /** Of the result. */
  readonly axis: number;
  readonly on?: SymbolicTensor;
  readonly off?: SymbolicTensor;
}

/** A dimension in which one place has a value of its own, that which an index tells. */
export function oneHot(
  g: NodeBuilder,
  indices: SymbolicTensor,
  depth: Dimension,
  { axis, on = g.floats([1], []), off = g.floats([0], []) }: OneHotOptions,
): SymbolicTensor {
  const { dtype } = on;
  const { shape } = indices;
  const size = typeof depth === 'number' ? depth : null;
  return g.node(
    'OneHot',
    [indices, typeof depth === 'number' ? g.integers([depth], []) : depth, on, off],
    { shape: [...shape.slice(0, axis), size, ...shape.slice(axis)], dtype },
    { T: typeValue(dtype), TI: typeValue('int32'), axis: { i: String(axis) } },
  );
}
