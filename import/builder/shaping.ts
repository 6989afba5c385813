import { elementCount } from '../../worker/model/tensor.ts';
import { add, multiply } from './elementwise.ts';
import { integersValue, type NodeBuilder, typeValue } from './node_builder.ts';
import { stridedSlice } from './strided_slice.ts';
import { knownCount, rank, type Shape, type SymbolicTensor } from './symbolic_tensor.ts';

/** A size: a number, or a scalar that the graph computes. */
export type Dimension = number | SymbolicTensor;

const INDEX = { Tidx: typeValue('int32') };

/** How large a tensor is along an axis from 0 on, as it will be where nobody knows it yet. */
export function dimension(g: NodeBuilder, x: SymbolicTensor, axis: number): Dimension {
  const known = x.shape[axis];
  if (typeof known === 'number') return known;
  const shape = g.node(
    'Shape',
    [x],
    { shape: [rank(x)], dtype: 'int32' },
    {
      out_type: typeValue('int32'),
    },
  );
  return stridedSlice(g, shape, { begin: [axis], end: [axis + 1], steps: [1] }, [], { shrink: 1 });
}

export function dimensions(g: NodeBuilder, x: SymbolicTensor): Dimension[] {
  return x.shape.map((_, axis) => dimension(g, x, axis));
}

/** A size times a number and more. */
export function scaledDimension(g: NodeBuilder, size: Dimension, factor: number, more = 0): Dimension {
  if (typeof size === 'number') return size * factor + more;
  const product = factor === 1 ? size : multiply(g, size, factor);
  return more === 0 ? product : add(g, product, more);
}

const isKnown = (size: Dimension): size is number => typeof size === 'number' && size >= 0;

const shapeOf = (sizes: readonly Dimension[]): Shape => sizes.map((size) => (isKnown(size) ? size : null));

/** A shape as a tensor. */
export function shapeTensor(g: NodeBuilder, sizes: readonly Dimension[]): SymbolicTensor {
  const numbers = sizes.filter((size) => typeof size === 'number');
  if (numbers.length === sizes.length) return g.integers(numbers);
  const scalars = sizes.map((size) => (typeof size === 'number' ? g.integers([size], []) : size));
  return g.node(
    'Pack',
    scalars,
    { shape: [sizes.length], dtype: 'int32' },
    {
      N: { i: String(sizes.length) },
      axis: { i: '0' },
    },
  );
}

/**
 * @param sizes where all but one are numbers that one is worked out, so that the graph need not know it; -1 is a size
 * that is worked out beside others that the graph knows
 */
export function reshape(g: NodeBuilder, x: SymbolicTensor, sizes: readonly Dimension[]): SymbolicTensor {
  const open = sizes.filter((size) => !isKnown(size)).length;
  const numbers = sizes.map((size) => (typeof size === 'number' ? size : -1));
  const mayInfer = open <= 1 && !numbers.includes(0);
  const target = mayInfer ? g.integers(numbers) : shapeTensor(g, sizes);
  return g.node('Reshape', [x, target], { shape: inferred(x, sizes) }, { Tshape: typeValue('int32') });
}

function inferred(x: SymbolicTensor, sizes: readonly Dimension[]): Shape {
  const shape = shapeOf(sizes);
  const whole = knownCount(x.shape);
  const numbers = sizes.filter(isKnown);
  if (whole === undefined || numbers.length !== sizes.length - 1) return shape;
  return shape.map((size) => size ?? whole / elementCount(numbers));
}

/** Reshapes all dimensions but the first, which stays as it is. */
export function reshapeRest(g: NodeBuilder, x: SymbolicTensor, rest: readonly Dimension[]): SymbolicTensor {
  return reshape(g, x, [dimension(g, x, 0), ...rest]);
}

/** @param order which dimension of the tensor each of the result is */
export function transpose(g: NodeBuilder, x: SymbolicTensor, order: readonly number[]): SymbolicTensor {
  if (order.every((axis, index) => axis === index)) return x;
  const shape = order.map((axis) => x.shape[axis] ?? null);
  return g.node('Transpose', [x, g.integers(order)], { shape }, { Tperm: typeValue('int32') });
}

/** @param axis of the result */
export function expandDimension(g: NodeBuilder, x: SymbolicTensor, axis: number): SymbolicTensor {
  const from = axis < 0 ? axis + rank(x) + 1 : axis;
  const shape = [...x.shape.slice(0, from), 1, ...x.shape.slice(from)];
  return g.node('ExpandDims', [x, g.integers([from], [])], { shape }, { Tdim: typeValue('int32') });
}

export function squeeze(g: NodeBuilder, x: SymbolicTensor, axes: readonly number[]): SymbolicTensor {
  const shape = x.shape.filter((_, axis) => !axes.includes(axis));
  return g.node('Squeeze', [x], { shape }, { squeeze_dims: integersValue(axes) });
}

/** @param axis from 0 on */
export function concatenate(
  g: NodeBuilder,
  tensors: readonly SymbolicTensor[],
  axis: number,
): SymbolicTensor {
  const [first] = tensors;
  if (first === undefined) throw new Error('nothing to concatenate');
  if (tensors.length === 1) return first;
  const sizes = tensors.map(({ shape }) => shape[axis] ?? null);
  const sum = sizes.reduce<number | null>(
    (total, size) => (total === null || size === null ? null : total + size),
    0,
  );
  const shape = first.shape.map((size, index) =>
    index === axis ? sum : (size ?? tensors.find((each) => each.shape[index] !== null)?.shape[index] ?? null),
  );
  return g.node(
    'ConcatV2',
    [...tensors, g.integers([axis], [])],
    { shape },
    {
      N: { i: String(tensors.length) },
      ...INDEX,
    },
  );
}

/** Tensors of one shape along a new axis. */
export function stack(g: NodeBuilder, tensors: readonly SymbolicTensor[], axis: number): SymbolicTensor {
  const [first] = tensors;
  if (first === undefined) throw new Error('nothing to stack');
  const shape = [...first.shape.slice(0, axis), tensors.length, ...first.shape.slice(axis)];
  return g.node('Pack', tensors, { shape }, { N: { i: String(tensors.length) }, axis: { i: String(axis) } });
}

/** The tensors along an axis of a known size. */
export function unstack(g: NodeBuilder, x: SymbolicTensor, axis: number, count: number): SymbolicTensor[] {
  const shape = x.shape.filter((_, index) => index !== axis);
  const given = Array.from({ length: count }, () => ({ shape }));
  return g.nodeWith('Unpack', [x], given, { num: { i: String(count) }, axis: { i: String(axis) } });
}

/** Equal parts along an axis of a known size. */
export function split(g: NodeBuilder, x: SymbolicTensor, axis: number, count: number): SymbolicTensor[] {
  if (count === 1) return [x];
  const shape = x.shape.map((size, index) => (index === axis && size !== null ? size / count : size));
  const given = Array.from({ length: count }, () => ({ shape, dtype: x.dtype }));
  return g.nodeWith('Split', [g.integers([axis], []), x], given, {
    T: typeValue(x.dtype),
    num_split: { i: String(count) },
  });
}

/** A range of an axis. @param count -1 for all that follows */
export function slice(
  g: NodeBuilder,
  x: SymbolicTensor,
  axis: number,
  start: number,
  count: number,
): SymbolicTensor {
  const begin = x.shape.map((_, index) => (index === axis ? start : 0));
  const sizes = x.shape.map((_, index) => (index === axis ? count : -1));
  const whole = x.shape[axis] ?? null;
  const shape = x.shape.map((size, index) => {
    if (index !== axis) return size;
    return count >= 0 ? count : whole === null ? null : whole - start;
  });
  return g.node('Slice', [x, g.integers(begin), g.integers(sizes)], { shape }, { Index: typeValue('int32') });
}

/** Leaves out so many elements at the beginning and the end of an axis, whose size need not be known. */
export function crop(
  g: NodeBuilder,
  x: SymbolicTensor,
  axis: number,
  [before, after]: readonly [number, number],
): SymbolicTensor {
  if (before === 0 && after === 0) return x;
  const others = x.shape.map((_, index) => index).filter((index) => index !== axis);
  const begin = others.reduce((bits, index) => bits | (1 << index), 0);
  const end = after === 0 ? begin | (1 << axis) : begin;
  const whole = x.shape[axis] ?? null;
  const shape = x.shape.map((size, index) =>
    index === axis && whole !== null ? whole - before - after : size,
  );
  const at = (value: number) => x.shape.map((_, index) => (index === axis ? value : 0));
  return stridedSlice(g, x, { begin: at(before), end: at(-after), steps: x.shape.map(() => 1) }, shape, {
    begin,
    end,
  });
}

/** @param widths what is put before and after, for each dimension @param value zero unless told */
export function pad(
  g: NodeBuilder,
  x: SymbolicTensor,
  widths: readonly (readonly [before: number, after: number])[],
  value = 0,
): SymbolicTensor {
  if (widths.every(([before, after]) => before === 0 && after === 0)) return x;
  const shape = x.shape.map((size, axis) => {
    const [before, after] = widths[axis] ?? [0, 0];
    return size === null ? null : size + before + after;
  });
  const paddings = g.integers(widths.flat(), [widths.length, 2]);
  const attributes = { Tpaddings: typeValue('int32') };
  if (value === 0) return g.node('Pad', [x, paddings], { shape }, attributes);
  return g.node('PadV2', [x, paddings, g.scalar(value, x.dtype)], { shape }, attributes);
}

export function tile(g: NodeBuilder, x: SymbolicTensor, multiples: readonly number[]): SymbolicTensor {
  if (multiples.every((multiple) => multiple === 1)) return x;
  const shape = x.shape.map((size, axis) => (size === null ? null : size * (multiples[axis] ?? 1)));
  return g.node('Tile', [x, g.integers(multiples)], { shape }, { Tmultiples: typeValue('int32') });
}

export function reverse(g: NodeBuilder, x: SymbolicTensor, axis: number): SymbolicTensor {
  return g.node('ReverseV2', [x, g.integers([axis])], { shape: x.shape }, INDEX);
}

/** Rows of a table. */
export function gather(
  g: NodeBuilder,
  table: SymbolicTensor,
  indices: SymbolicTensor,
  axis: number,
): SymbolicTensor {
  const shape = [...table.shape.slice(0, axis), ...indices.shape, ...table.shape.slice(axis + 1)];
  return g.node(
    'GatherV2',
    [table, indices, g.integers([axis], [])],
    { shape, dtype: table.dtype },
    {
      Tparams: typeValue(table.dtype),
      Tindices: typeValue(indices.dtype),
      Taxis: typeValue('int32'),
      batch_dims: { i: '0' },
    },
  );
}
