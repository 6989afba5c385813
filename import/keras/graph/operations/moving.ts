import { binary, cast, select, unary } from '../../../builder/elementwise.ts';
import { type NodeBuilder, textValue, typeValue } from '../../../builder/node_builder.ts';
import { reduce } from '../../../builder/reductions.ts';
import {
  concatenate,
  dimension,
  expandDimension,
  reshape,
  reverse,
  slice,
  transpose,
} from '../../../builder/shaping.ts';
import { axesOf, rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { repeat } from '../layers/spatial/reshaping.ts';
import { OPERAND, type Operated, type OperationCall, type Operations } from './call/operation_call.ts';
import { axisOrFlat, flat, onTensor } from './call/tensor_arguments.ts';

const moveAxes = onTensor((x, call) => {
  const from = axesOf(x, call.numbers(['source'], 1) ?? []);
  const to = axesOf(x, call.numbers(['destination'], 2) ?? []);
  if (from.length === 0 || from.length !== to.length) return undefined;
  const rest = [...x.shape.keys()].filter((axis) => !from.includes(axis));
  const order = [...x.shape.keys()].map((place) => {
    const index = to.indexOf(place);
    return (index < 0 ? rest.shift() : from[index]) ?? 0;
  });
  return transpose(call.g, x, order);
});

const swapAxes = onTensor((x, call) => {
  const [one] = axesOf(x, call.numbers(['axis1'], 1) ?? []);
  const [other] = axesOf(x, call.numbers(['axis2'], 2) ?? []);
  if (one === undefined || other === undefined) return undefined;
  const swapped = (axis: number) => (axis === one ? other : axis === other ? one : axis);
  return transpose(call.g, x, [...x.shape.keys()].map(swapped));
});

const repeated = onTensor((x, call) => {
  const times = call.number(['repeats'], 1);
  const along = axisOrFlat(call, x, 2);
  if (times === undefined || times < 1 || along === undefined) return undefined;
  return repeat(call.g, along.tensor, along.axis, times);
});

const roll = onTensor((x, call) => {
  const { g } = call;
  const shifts = call.numbers(['shift'], 1);
  const axes = call.numbers(['axis'], 2);
  if (shifts === undefined) return undefined;
  const along = axes === undefined ? [0] : axesOf(x, axes);
  const tensor = axes === undefined ? flat(g, x) : x;
  if (along.length !== shifts.length) return undefined;
  const rolled = g.node(
    'Roll',
    [tensor, g.integers(shifts), g.integers(along)],
    { shape: tensor.shape },
    { Tshift: typeValue('int32'), Taxis: typeValue('int32') },
  );
  return axes === undefined
    ? reshape(
        g,
        rolled,
        x.shape.map((_, axis) => dimension(g, x, axis)),
      )
    : rolled;
});

/** What is on one side of a diagonal of the last two dimensions, with zeros on the other side. */
const triangle = (isLower: boolean) =>
  onTensor((x, call) => {
    const { g } = call;
    const k = call.number(['k'], 1) ?? 0;
    if (rank(x) < 2) return undefined;
    const band = (lower: number, upper: number) =>
      g.node(
        'MatrixBandPart',
        [unary(g, 'OnesLike', cast(g, x, 'float32')), g.integers([lower], []), g.integers([upper], [])],
        { shape: x.shape },
        { Tindex: typeValue('int32') },
      );
    // A band contains the main diagonal: where it may not, the other side is what is left out.
    const isInside = isLower ? k >= 0 : k <= 0;
    const [lower, upper] = isLower === isInside ? [-1, isInside ? k : k - 1] : [isInside ? -k : -k - 1, -1];
    const inBand = binary(g, 'Greater', band(lower, upper), 0);
    return isInside ? select(g, inBand, x, 0) : select(g, inBand, 0, x);
  });

const diagonal = onTensor((x, call) => {
  const { g } = call;
  if ((call.number(['offset'], 1) ?? 0) !== 0 || rank(x) < 2) return undefined;
  const axes = axesOf(x, [call.number(['axis1'], 2) ?? 0, call.number(['axis2'], 3) ?? 1]);
  const others = [...x.shape.keys()].filter((axis) => !axes.includes(axis));
  const moved = transpose(g, x, [...others, ...axes]);
  const sizes = axes.map((axis) => x.shape[axis] ?? null).filter((size) => size !== null);
  if (sizes.length !== 2) return undefined;
  return g.node('MatrixDiagPart', [moved], { shape: [...moved.shape.slice(0, -2), Math.min(...sizes)] });
});

/** Tensors next to each other along an axis, those of fewer dimensions with some of size one. */
const joined =
  (axisFor: (rank: number) => number, widen: (g: NodeBuilder, x: SymbolicTensor) => SymbolicTensor) =>
  (call: OperationCall): Operated | undefined => {
    const tensors = call.tensors(['xs', 'x']).map((each) => widen(call.g, each));
    const [first] = tensors;
    return first && concatenate(call.g, tensors, axisFor(rank(first)));
  };

function rotated(call: OperationCall): Operated | undefined {
  const { g } = call;
  const x = call.tensor(0, ['array', 'image', 'x']);
  if (x === undefined || !call.isKeras) return undefined;
  const turns = (((call.number(['k'], 1) ?? 1) % 4) + 4) % 4;
  const [one, other] = axesOf(x, call.numbers(['axes'], 2) ?? [0, 1]);
  if (one === undefined || other === undefined) return undefined;
  const swapped = (each: SymbolicTensor) =>
    transpose(
      g,
      each,
      [...x.shape.keys()].map((axis) => (axis === one ? other : axis === other ? one : axis)),
    );
  if (turns === 0) return x;
  if (turns === 2) return reverse(g, reverse(g, x, one), other);
  return turns === 1 ? swapped(reverse(g, x, other)) : reverse(g, swapped(x), other);
}

const rearranged = (op: 'DepthToSpace' | 'SpaceToDepth') =>
  onTensor((x, call) => {
    const { g } = call;
    const block = call.number(['block_size'], 1);
    const format = call.text(['data_format']) ?? 'channels_last';
    if (block === undefined || rank(x) !== 4 || !/^(channels_last|NHWC)$/.test(format)) return undefined;
    const factor = op === 'DepthToSpace' ? block : 1 / block;
    const [batch = null, rows = null, columns = null, channels = null] = x.shape;
    const times = (size: number | null, by: number) => (size === null ? null : size * by);
    return g.node(
      op,
      [x],
      { shape: [batch, times(rows, factor), times(columns, factor), times(channels, 1 / factor ** 2)] },
      { block_size: { i: String(block) }, data_format: textValue('NHWC') },
    );
  });

const partOf = onTensor((x, call) => {
  const start = call.numbers(['start_indices', 'begin'], 1);
  const sizes = call.numbers(['shape', 'size'], 2);
  if (start?.length !== rank(x) || sizes?.length !== rank(x)) return undefined;
  return start.reduce<SymbolicTensor>((part, from, axis) => {
    const size = sizes[axis] ?? -1;
    const isWhole = from === 0 && (size === -1 || size === (x.shape[axis] ?? null));
    return isWhole ? part : slice(call.g, part, axis, from, size);
  }, x);
});

/** Operations that move elements, beside those of shapes. */
export const MOVING: Operations = {
  column_stack: joined(
    () => 1,
    (g, x) => (rank(x) < 2 ? expandDimension(g, x, 1) : x),
  ),
  depth_to_space: rearranged('DepthToSpace'),
  diagonal,
  dstack: joined(
    () => 2,
    (g, x) => {
      const wide = rank(x) === 1 ? expandDimension(g, x, 0) : x;
      return rank(wide) === 2 ? expandDimension(g, wide, 2) : wide;
    },
  ),
  fliplr: onTensor((x, { g }) => (rank(x) < 2 ? undefined : reverse(g, x, 1))),
  flipud: onTensor((x, { g }) => (rank(x) < 1 ? undefined : reverse(g, x, 0))),
  full_like: (call) => {
    const [x, value] = [call.tensor(0, OPERAND), call.operand(1, ['fill_value', 'value'])];
    if (x === undefined || value === undefined) return undefined;
    return select(
      call.g,
      unary(call.g, 'OnesLike', cast(call.g, x, 'bool')),
      value,
      cast(call.g, x, 'float32'),
    );
  },
  hstack: joined(
    (ranks) => (ranks === 1 ? 0 : 1),
    (_, x) => x,
  ),
  moveaxis: moveAxes,
  repeat: repeated,
  roll,
  rot90: rotated,
  slice: partOf,
  space_to_depth: rearranged('SpaceToDepth'),
  swapaxes: swapAxes,
  trace: (call) => {
    const found = diagonal(call);
    return found === undefined || typeof found === 'string' || 'length' in found
      ? found
      : reduce(call.g, 'Sum', found, [rank(found) - 1]);
  },
  tril: triangle(true),
  triu: triangle(false),
  vstack: joined(
    () => 0,
    (g, x) => (rank(x) < 2 ? expandDimension(g, x, 0) : x),
  ),
};
