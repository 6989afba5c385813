import { countUp } from '../../../builder/creation.ts';
import {
  add,
  binary,
  cast,
  maximum,
  multiply,
  select,
  subtract,
  unary,
} from '../../../builder/elementwise.ts';
import { type NodeBuilder, typeValue } from '../../../builder/node_builder.ts';
import {
  crop,
  type Dimension,
  dimension,
  dimensions,
  expandDimension,
  gather,
  pad,
  reshape,
  shapeTensor,
  slice,
  transpose,
} from '../../../builder/shaping.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  axesIn,
  constantNumbers,
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { numbersOf, typed } from '../../values/onnx_tensor.ts';
import { fromStart, lengthOf, onlyElement, scalarOf } from './sizes.ts';

type Widths = readonly (readonly [before: number, after: number])[];

/** Up to so many places are a constant. */
const MOST_PLACES = 2 ** 16;

const MODES = ['constant', 'reflect', 'edge', 'wrap'] as const;
type Mode = (typeof MODES)[number];

/** The widths are an attribute before operator set 11, and an input since; negative ones crop. */
const padOperator: Operator = (call) => {
  const { g, attributes } = call;
  const given = input(call, 0);
  const mode = attributes.choice('mode', MODES, 'constant');
  // Truth values are padded as numbers.
  const x = given.type === 'BOOL' ? cast(g, given, 'int32') : given;
  const widths = readWidths(call, x);
  const padded =
    widths === undefined
      ? padByTensor(call, x, widthTensor(call, x), mode)
      : cropped(g, padByNumbers(call, x, outer(widths), mode), widths);
  return typed(cast(g, padded, given.dtype), given.type);
};

const outer = (widths: Widths): Widths =>
  widths.map(([before, after]) => [Math.max(before, 0), Math.max(after, 0)]);

/** The widths of each dimension, if they are known. */
function readWidths({ attributes, inputs }: OperatorCall, x: SymbolicTensor): Widths | undefined {
  const [, given, , axesInput] = inputs;
  const numbers =
    attributes.integers('pads') ?? attributes.integers('paddings') ?? (given && numbersOf(given));
  const isOpen = axesInput !== undefined && numbersOf(axesInput) === undefined;
  if (numbers === undefined || isOpen) return undefined;
  const axes =
    axesInput === undefined ? [...x.shape.keys()] : axesIn(rank(x), constantNumbers(axesInput, 'axes'));
  return x.shape.map((_, axis) => {
    const index = axes.indexOf(axis);
    return index < 0 ? [0, 0] : [numbers[index] ?? 0, numbers[index + axes.length] ?? 0];
  });
}

function cropped(g: NodeBuilder, x: SymbolicTensor, widths: Widths): SymbolicTensor {
  return widths.reduce(
    (rest, [before, after], axis) => crop(g, rest, axis, [Math.max(-before, 0), Math.max(-after, 0)]),
    x,
  );
}

function padByNumbers(call: OperatorCall, x: SymbolicTensor, widths: Widths, mode: Mode): SymbolicTensor {
  const { g, attributes, inputs } = call;
  if (mode !== 'constant') {
    return widths.reduce<SymbolicTensor>(
      (rest, [before, after], axis) =>
        before === 0 && after === 0 ? rest : repeated(g, rest, axis, [before, after], mode),
      x,
    );
  }
  const value = inputs[2];
  const known = attributes.float('value') ?? (value === undefined ? 0 : numbersOf(value)?.[0]);
  if (known !== undefined) return pad(g, x, widths, known);
  const shape = x.shape.map((size, axis) => {
    const [before, after] = widths[axis] ?? [0, 0];
    return size === null ? null : size + before + after;
  });
  const paddings = g.integers(widths.flat(), [widths.length, 2]);
  return g.node('PadV2', [x, paddings, padValue(call, x)], { shape }, { Tpaddings: typeValue('int32') });
}

function padValue({ g, inputs }: OperatorCall, x: SymbolicTensor): SymbolicTensor {
  const value = inputs[2];
  if (value !== undefined) return cast(g, onlyElement(g, value), x.dtype);
  return x.dtype === 'string' ? g.string('') : g.scalar(0, x.dtype);
}

/** Each row along an axis is one of the tensor's own: mirrored, the outermost, or those of the other end. */
function repeated(
  g: NodeBuilder,
  x: SymbolicTensor,
  axis: number,
  [before, after]: readonly [before: Dimension, after: Dimension],
  mode: Exclude<Mode, 'constant'>,
): SymbolicTensor {
  const size = dimension(g, x, axis);
  const areKnown = typeof size === 'number' && typeof before === 'number' && typeof after === 'number';
  if (areKnown && before + size + after <= MOST_PLACES) {
    const places = Array.from({ length: before + size + after }, (_, index) =>
      placeOf(index - before, size, mode),
    );
    return gather(g, x, g.integers(places), axis);
  }
  const whole = add(g, add(g, scalarOf(g, before), after), size);
  return gather(g, x, placesOf(g, subtract(g, countUp(g, whole), before), size, mode), axis);
}

function placeOf(index: number, size: number, mode: Exclude<Mode, 'constant'>): number {
  if (mode === 'edge') return Math.max(0, Math.min(size - 1, index));
  if (mode === 'wrap') return ((index % size) + size) % size;
  const period = Math.max(2 * (size - 1), 1);
  const within = ((index % period) + period) % period;
  return size === 1 ? 0 : within < size ? within : period - within;
}

/** The same for indices that the request decides. */
function placesOf(
  g: NodeBuilder,
  indices: SymbolicTensor,
  size: Dimension,
  mode: Exclude<Mode, 'constant'>,
): SymbolicTensor {
  const length = scalarOf(g, size);
  if (mode === 'edge') return maximum(g, binary(g, 'Minimum', indices, subtract(g, length, 1)), 0);
  if (mode === 'wrap') return binary(g, 'FloorMod', indices, length);
  const period = maximum(g, multiply(g, subtract(g, length, 1), 2), 1);
  const within = binary(g, 'FloorMod', indices, period);
  return select(g, binary(g, 'Less', within, length), within, subtract(g, period, within));
}

/** Widths of which the request decides, of all dimensions: [rank, 2]. */
function widthTensor(call: OperatorCall, x: SymbolicTensor): SymbolicTensor {
  const { g, inputs } = call;
  const [widths, axes] = [input(call, 1), inputs[3]];
  const pairs = (count: number) => transpose(g, reshape(g, widths, [2, count]), [1, 0]);
  if (axes === undefined) return pairs(rank(x));
  const count = lengthOf(axes, 'axes');
  return g.node(
    'TensorScatterUpdate',
    [
      g.integers(
        x.shape.flatMap(() => [0, 0]),
        [rank(x), 2],
      ),
      expandDimension(g, fromStart(g, axes, rank(x)), 1),
      pairs(count),
    ],
    { shape: [rank(x), 2] },
    { Tindices: typeValue('int32') },
  );
}

function padByTensor(
  call: OperatorCall,
  x: SymbolicTensor,
  widths: SymbolicTensor,
  mode: Mode,
): SymbolicTensor {
  const { g } = call;
  if (mode !== 'constant') {
    const of = (axis: number, side: number) =>
      gather(g, gather(g, widths, g.integers([axis], []), 0), g.integers([side], []), 0);
    return x.shape.reduce<SymbolicTensor>(
      (rest, _, axis) => repeated(g, rest, axis, [of(axis, 0), of(axis, 1)], mode),
      x,
    );
  }
  const shape = x.shape.map(() => null);
  const attributes = { Tpaddings: typeValue('int32') };
  const wide = g.node('PadV2', [x, maximum(g, widths, 0), padValue(call, x)], { shape }, attributes);
  // What is left out begins where a width is negative.
  const before = gather(g, widths, g.integers([0], []), 1);
  const after = gather(g, widths, g.integers([1], []), 1);
  const sizes = add(g, shapeTensor(g, dimensions(g, x)), add(g, before, after));
  return g.node(
    'Slice',
    [wide, maximum(g, unary(g, 'Neg', before), 0), sizes],
    { shape },
    { Index: typeValue('int32') },
  );
}

/** Crops from the middle, or puts zeros around it, until the axes have the given sizes. */
const centerCropPad: Operator = (call) => {
  const { g, attributes } = call;
  const x = input(call, 0);
  const sizes = input(call, 1);
  const given = axesIn(rank(x), attributes.integers('axes') ?? [...x.shape.keys()]);
  let result: SymbolicTensor = x;
  for (const [index, axis] of given.entries()) {
    const want = sizes.elements?.[index] ?? gather(g, sizes, g.integers([index], []), 0);
    result = centered(g, result, axis, want);
  }
  return typed(result, x.type);
};

function centered(g: NodeBuilder, x: SymbolicTensor, axis: number, want: Dimension): SymbolicTensor {
  const have = dimension(g, x, axis);
  const widthsOf = (before: number, after: number) =>
    x.shape.map((_, each): [number, number] => (each === axis ? [before, after] : [0, 0]));
  if (typeof have === 'number' && typeof want === 'number') {
    if (want <= have) return want === have ? x : slice(g, x, axis, Math.floor((have - want) / 2), want);
    const before = Math.floor((want - have) / 2);
    return pad(g, x, widthsOf(before, want - have - before));
  }
  const less = maximum(g, subtract(g, scalarOf(g, have), want), 0);
  const more = maximum(g, subtract(g, scalarOf(g, want), have), 0);
  const put = (value: SymbolicTensor, absent: number) =>
    g.node(
      'Pack',
      x.shape.map((_, each) => (each === axis ? value : g.integers([absent], []))),
      { shape: [rank(x)], dtype: 'int32' },
      { N: { i: String(rank(x)) }, axis: { i: '0' } },
    );
  const shape = x.shape.map((size, each) =>
    each === axis ? (typeof want === 'number' ? want : null) : size,
  );
  const kept = g.node(
    'Slice',
    [x, put(binary(g, 'FloorDiv', less, 2), 0), put(subtract(g, scalarOf(g, have), less), -1)],
    { shape: shape.with(axis, null) },
    { Index: typeValue('int32') },
  );
  const before = binary(g, 'FloorDiv', more, 2);
  const widths = g.node(
    'Pack',
    [put(before, 0), put(subtract(g, more, before), 0)],
    { shape: [rank(x), 2], dtype: 'int32' },
    { N: { i: '2' }, axis: { i: '1' } },
  );
  return g.node('Pad', [kept, widths], { shape }, { Tpaddings: typeValue('int32') });
}

export const PADDING: OperatorTable = { CenterCropPad: centerCropPad, Pad: padOperator };
