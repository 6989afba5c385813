import { countUp } from '../../../builder/creation.ts';
import {
  add,
  binary,
  cast,
  clip,
  divide,
  multiply,
  select,
  subtract,
  unary,
} from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { reduce } from '../../../builder/reductions.ts';
import { dimension, expandDimension, gather, reshape, stack, transpose } from '../../../builder/shaping.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  input,
  knownSize,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { typed } from '../../values/onnx_tensor.ts';
import { gatherPlaces } from '../indexing/gathering.ts';
import { cubic } from './interpolation.ts';

const MODES = ['linear', 'nearest', 'cubic', 'bilinear', 'bicubic'] as const;
/** The coefficient of Keys' convolution. */
const CUBIC = -0.75;
const PADDINGS = ['zeros', 'border', 'reflection'] as const;

interface Options {
  readonly mode: 'linear' | 'nearest' | 'cubic';
  readonly padding: (typeof PADDINGS)[number];
  readonly isAligned: boolean;
}

/** Samples [batch, channels, ...space] at the places of a grid, [batch, ...out, dimensions], whose last axis begins with x. */
const gridSample: Operator = (call) => {
  const { g } = call;
  const [x, grid] = [input(call, 0), input(call, 1)];
  const options = readOptions(call);
  const dimensions = rank(x) - 2;
  const sizes = Array.from({ length: dimensions }, (_, axis) =>
    knownSize(x, axis + 2, 'known sizes in space'),
  );
  // Channels last, so that one place has all channels of an image.
  const last = transpose(g, x, [0, ...sizes.map((_, axis) => axis + 2), 1]);
  const places = sizes.map((size, axis) =>
    placeInImage(g, gather(g, grid, g.integers([dimensions - 1 - axis], []), rank(grid) - 1), size, options),
  );
  const sampled = sampleImage(g, last, places, sizes, options);
  const out = [...sampled.shape.keys()];
  return typed(transpose(g, sampled, [0, out.length - 1, ...out.slice(1, -1)]), x.type);
};

function readOptions({ attributes }: OperatorCall): Options {
  const mode = attributes.choice('mode', MODES, 'linear');
  return {
    mode: mode === 'bilinear' ? 'linear' : mode === 'bicubic' ? 'cubic' : mode,
    padding: attributes.choice('padding_mode', PADDINGS, 'zeros'),
    isAligned: attributes.flag('align_corners'),
  };
}

/** From -1 to 1 as a place in the image. */
function placeInImage(
  g: NodeBuilder,
  value: SymbolicTensor,
  size: number,
  { isAligned }: Options,
): SymbolicTensor {
  return isAligned
    ? multiply(g, add(g, value, 1), (size - 1) / 2)
    : subtract(g, multiply(g, add(g, value, 1), size / 2), 0.5);
}

/** The sum of the elements around each place by their weights. */
export function sampleImage(
  g: NodeBuilder,
  image: SymbolicTensor,
  places: readonly SymbolicTensor[],
  sizes: readonly number[],
  options: Options,
): SymbolicTensor {
  const around = places.map((place, axis) => neighbors(g, place, sizes[axis] ?? 1, options));
  let sum: SymbolicTensor | undefined;
  for (const chosen of combinations(around)) {
    const weight = chosen.map((each) => each.weight).reduce((one, other) => multiply(g, one, other));
    const value = pick(
      g,
      image,
      chosen.map((each) => each.index),
    );
    const weighted = multiply(g, value, expandDimension(g, weight, rank(weight)));
    sum = sum === undefined ? weighted : add(g, sum, weighted);
  }
  return sum ?? image;
}

interface Neighbor {
  /** Within the image. */
  readonly index: SymbolicTensor;
  /** Zero for what lies outside, if that counts as zeros. */
  readonly weight: SymbolicTensor;
}

function combinations<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>(
    (all, list) => all.flatMap((chosen) => list.map((each) => [...chosen, each])),
    [[]],
  );
}

function neighbors(g: NodeBuilder, place: SymbolicTensor, size: number, options: Options): Neighbor[] {
  const { mode, padding } = options;
  const moved = mode === 'cubic' || padding === 'zeros' ? place : intoImage(g, place, size, options);
  if (mode === 'nearest') {
    return [neighbor(g, unary(g, 'Round', moved), unary(g, 'OnesLike', moved), size, options)];
  }
  const first = unary(g, 'Floor', moved);
  const offsets = mode === 'linear' ? [0, 1] : [-1, 0, 1, 2];
  return offsets.map((offset) => {
    const index = add(g, first, offset);
    const distance = unary(g, 'Abs', subtract(g, moved, index));
    const weight = mode === 'linear' ? subtract(g, 1, distance) : cubic(g, distance, CUBIC);
    return neighbor(g, index, weight, size, options);
  });
}

function neighbor(
  g: NodeBuilder,
  index: SymbolicTensor,
  weight: SymbolicTensor,
  size: number,
  options: Options,
): Neighbor {
  const inside = options.padding === 'reflection' ? reflected(g, index, size, options) : index;
  const clamped = cast(g, clip(g, inside, 0, size - 1), 'int32');
  if (options.padding !== 'zeros') return { index: clamped, weight };
  const isInside = binary(
    g,
    'LogicalAnd',
    binary(g, 'GreaterEqual', index, 0),
    binary(g, 'LessEqual', index, size - 1),
  );
  return { index: clamped, weight: multiply(g, weight, cast(g, isInside, 'float32')) };
}

function intoImage(g: NodeBuilder, place: SymbolicTensor, size: number, options: Options): SymbolicTensor {
  return options.padding === 'border'
    ? clip(g, place, 0, size - 1)
    : clip(g, reflected(g, place, size, options), 0, size - 1);
}

/** Mirrors at the middles of the outermost elements, or at their outer edges. */
function reflected(
  g: NodeBuilder,
  place: SymbolicTensor,
  size: number,
  { isAligned }: Options,
): SymbolicTensor {
  const [least, length] = isAligned ? [0, size - 1] : [-0.5, size];
  if (length <= 0) return multiply(g, place, 0);
  const distance = unary(g, 'Abs', subtract(g, place, least));
  const flips = unary(g, 'Floor', divide(g, distance, length));
  const rest = subtract(g, distance, multiply(g, flips, length));
  const isEven = binary(
    g,
    'Equal',
    subtract(g, flips, multiply(g, unary(g, 'Floor', multiply(g, flips, 0.5)), 2)),
    0,
  );
  return select(g, isEven, add(g, rest, least), subtract(g, length + least, rest));
}

/** The channels at one place of each image. @param index one for each dimension of space, [batch, ...out] */
function pick(g: NodeBuilder, image: SymbolicTensor, index: readonly SymbolicTensor[]): SymbolicTensor {
  const [first] = index;
  if (first === undefined) return image;
  const batch = dimension(g, image, 0);
  const numbers = reshape(g, countUp(g, batch), [batch, ...first.shape.slice(1).map(() => 1)]);
  const own = add(g, numbers, multiply(g, first, 0));
  return gatherPlaces(g, image, stack(g, [own, ...index], rank(first)));
}

/** A grid of places from matrices, [batch, dimensions, dimensions + 1]. */
const affineGrid: Operator = (call) => {
  const { g, attributes } = call;
  const [theta, size] = [input(call, 0), input(call, 1)];
  const isAligned = attributes.flag('align_corners');
  const dimensions = knownSize(theta, 1, 'a known number of dimensions');
  const whole = Array.from({ length: dimensions }, (_, axis) => {
    const known = size.elements?.[axis + 2];
    return known ?? gather(g, size, g.integers([axis + 2], []), 0);
  });
  const ones = whole.map(() => 1);
  const lines = whole.map((length, axis) => {
    const count = typeof length === 'number' ? g.scalar(length, 'float32') : cast(g, length, 'float32');
    const numbers = cast(g, countUp(g, length), 'float32');
    const line = isAligned
      ? subtract(g, divide(g, multiply(g, numbers, 2), subtract(g, count, 1)), 1)
      : subtract(g, divide(g, add(g, multiply(g, numbers, 2), 1), count), 1);
    return reshape(g, line, [...ones.slice(0, axis), length, ...ones.slice(axis + 1)]);
  });
  const zeros = lines.map((line) => multiply(g, line, 0)).reduce((one, other) => add(g, one, other));
  // x comes first, which is the last dimension of space; a one at the end takes the offset.
  const places = [...lines].reverse().map((line) => add(g, line, zeros));
  const base = stack(g, [...places, add(g, zeros, 1)], dimensions);
  const rows = expandDimension(g, base, 0);
  const wide = expandDimension(g, rows, rank(rows) - 1);
  // [batch, 1, ..., dimensions, dimensions + 1]
  let matrix: SymbolicTensor = theta;
  for (let axis = 0; axis < dimensions; axis++) matrix = expandDimension(g, matrix, 1);
  const product = multiply(g, wide, matrix);
  return typed(reduce(g, 'Sum', product, [rank(product) - 1]), theta.type);
};

export const SAMPLING: OperatorTable = { AffineGrid: affineGrid, GridSample: gridSample };
