import { countUp } from '../../../builder/creation.ts';
import {
  add,
  binary,
  cast,
  divide,
  maximum,
  minimum,
  multiply,
  select,
  subtract,
  unary,
} from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { reduce } from '../../../builder/reductions.ts';
import {
  type Dimension,
  dimension,
  expandDimension,
  gather,
  reshape,
  stack,
  transpose,
} from '../../../builder/shaping.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { input, type Operator, type OperatorTable } from '../../conversion/operator_call.ts';
import { typed } from '../../values/onnx_tensor.ts';
import { refuse } from '../../values/refusal.ts';
import { gatherPlaces } from '../indexing/gathering.ts';
import { productOf } from '../shapes/sizes.ts';

/** One dimension of the bins of all regions. */
interface Line {
  /** Where each sample is in the image, [regions, bins * samples]. */
  readonly low: SymbolicTensor;
  readonly high: SymbolicTensor;
  /** How much of the sample comes from the element at `high`. */
  readonly share: SymbolicTensor;
  /** Zero for samples outside of the image. */
  readonly inside: SymbolicTensor;
  /** Whether a region has the sample at all, [regions, 1, samples]. */
  readonly exists: SymbolicTensor;
  /** How many samples a bin has, [regions]. */
  readonly count: SymbolicTensor;
  /** The most samples of a bin. */
  readonly samples: Dimension;
}

/** Each row and each column of bins is a node. */
const MOST_BINS = 256;

const COORDINATES = ['half_pixel', 'output_half_pixel'] as const;

/**
 * Bins of regions [regions, 4] of images [batch, channels, rows, columns], each the mean or the largest of samples in
 * it: [regions, channels, height, width]. The largest is that of all weighted elements, as ONNX's reference has it.
 */
const roiAlign: Operator = (call) => {
  const { g, attributes, opset } = call;
  const [x, rois, images] = [input(call, 0), input(call, 1), input(call, 2)];
  const isMean = attributes.choice('mode', ['avg', 'max'], 'avg') === 'avg';
  const coordinates =
    opset < 16
      ? 'output_half_pixel'
      : attributes.choice('coordinate_transformation_mode', COORDINATES, 'half_pixel');
  const [height, width] = [attributes.integer('output_height', 1), attributes.integer('output_width', 1)];
  const options = {
    scale: attributes.float('spatial_scale', 1),
    samples: attributes.integer('sampling_ratio', 0),
    isHalfPixel: coordinates === 'half_pixel',
  };
  const corner = (index: number) => gather(g, rois, g.integers([index], []), 1);
  const rows = lineOf(g, corner(1), corner(3), dimension(g, x, 2), height, options);
  const columns = lineOf(g, corner(0), corner(2), dimension(g, x, 3), width, options);
  const last = transpose(g, x, [0, 2, 3, 1]);
  const corners = [false, true].flatMap((isBelow) =>
    [false, true].map((isRight) => weightedElements(g, last, images, { rows, columns }, isBelow, isRight)),
  );
  const [regions, channels] = [dimension(g, rois, 0), dimension(g, x, 1)];
  // [regions, height, samples, width, samples, channels]
  const apart = (sampled: SymbolicTensor) =>
    reshape(g, sampled, [regions, height, rows.samples, width, columns.samples, channels]);
  const exists = binary(
    g,
    'LogicalAnd',
    reshape(g, rows.exists, [regions, 1, rows.samples, 1, 1, 1]),
    reshape(g, columns.exists, [regions, 1, 1, 1, columns.samples, 1]),
  );
  if (isMean) {
    const sum = apart(corners.reduce((one, other) => add(g, one, other)));
    const total = reduce(g, 'Sum', select(g, exists, sum, 0), [2, 4]);
    const count = reshape(g, maximum(g, multiply(g, rows.count, columns.count), 1), [regions, 1, 1, 1]);
    return typed(transpose(g, divide(g, total, count), [0, 3, 1, 2]), x.type);
  }
  const most = apart(corners.reduce((one, other) => maximum(g, one, other)));
  const largest = reduce(g, 'Max', select(g, exists, most, Number.NEGATIVE_INFINITY), [2, 4]);
  return typed(transpose(g, largest, [0, 3, 1, 2]), x.type);
};

interface LineOptions {
  readonly scale: number;
  /** How many samples there are in a bin; 0 for as many as the bin has elements. */
  readonly samples: number;
  readonly isHalfPixel: boolean;
}

/** @param from where each region begins, [regions] @param size of the image @param bins of a region */
function lineOf(
  g: NodeBuilder,
  from: SymbolicTensor,
  to: SymbolicTensor,
  size: Dimension,
  bins: number,
  { scale, samples, isHalfPixel }: LineOptions,
): Line {
  const scaled = (corner: SymbolicTensor) => subtract(g, multiply(g, corner, scale), isHalfPixel ? 0.5 : 0);
  const start = scaled(from);
  const length = subtract(g, scaled(to), start);
  const bin = divide(g, isHalfPixel ? length : maximum(g, length, 1), bins);
  const count = samples > 0 ? add(g, multiply(g, bin, 0), samples) : unary(g, 'Ceil', bin);
  const most: Dimension =
    samples > 0 ? samples : cast(g, maximum(g, reduce(g, 'Max', count, [0]), 1), 'int32');
  const column = (numbers: SymbolicTensor) => expandDimension(g, expandDimension(g, numbers, 1), 2);
  const number = cast(g, countUp(g, most), 'float32');
  const within = divide(g, add(g, number, 0.5), column(maximum(g, count, 1)));
  const bound = reshape(g, cast(g, countUp(g, bins), 'float32'), [1, bins, 1]);
  const places = add(g, column(start), multiply(g, add(g, bound, within), column(bin)));
  const sampled = reshape(g, places, [dimension(g, from, 0), productOf(g, [bins, most])]);
  const extent = typeof size === 'number' ? size : cast(g, size, 'float32');
  const isInside = binary(
    g,
    'LogicalAnd',
    binary(g, 'GreaterEqual', sampled, -1),
    binary(g, 'LessEqual', sampled, extent),
  );
  const end = typeof extent === 'number' ? extent - 1 : subtract(g, extent, 1);
  const clamped = minimum(g, maximum(g, sampled, 0), end);
  const low = unary(g, 'Floor', clamped);
  return {
    low: cast(g, low, 'int32'),
    high: cast(g, minimum(g, add(g, low, 1), end), 'int32'),
    share: subtract(g, clamped, low),
    inside: cast(g, isInside, 'float32'),
    exists: binary(g, 'Less', number, column(count)),
    count,
    samples: most,
  };
}

/** One of the four elements around each sample, by its weight: [regions, rows, columns, channels]. */
function weightedElements(
  g: NodeBuilder,
  image: SymbolicTensor,
  images: SymbolicTensor,
  { rows, columns }: { readonly rows: Line; readonly columns: Line },
  isBelow: boolean,
  isRight: boolean,
): SymbolicTensor {
  const weightOf = ({ share, inside }: Line, isHigh: boolean) =>
    multiply(g, isHigh ? share : subtract(g, 1, share), inside);
  const down = (each: SymbolicTensor) => expandDimension(g, each, 2);
  const across = (each: SymbolicTensor) => expandDimension(g, each, 1);
  const weight = multiply(g, down(weightOf(rows, isBelow)), across(weightOf(columns, isRight)));
  const [row, column] = [isBelow ? rows.high : rows.low, isRight ? columns.high : columns.low];
  const zeros = multiply(g, add(g, down(row), across(column)), 0);
  const own = add(g, expandDimension(g, expandDimension(g, images, 1), 2), zeros);
  const places = stack(g, [own, add(g, down(row), zeros), add(g, across(column), zeros)], 3);
  return multiply(g, gatherPlaces(g, image, places), expandDimension(g, weight, 3));
}

/** The largest element of each bin of regions [regions, 5], which begin with the number of the image. */
const maxRoiPool: Operator = (call) => {
  const { g, attributes } = call;
  const [x, rois] = [input(call, 0), input(call, 1)];
  const [height, width] = attributes.integers('pooled_shape') ?? [];
  if (height === undefined || width === undefined) return refuse('has no pooled_shape');
  if (height + width > MOST_BINS) refuse(`has ${height} times ${width} bins, which are too many`);
  const scale = attributes.float('spatial_scale', 1);
  const column = (index: number) => gather(g, rois, g.integers([index], []), 1);
  const corner = (index: number) => unary(g, 'Floor', add(g, multiply(g, column(index), scale), 0.5));
  const own = gather(g, x, cast(g, column(0), 'int32'), 0);
  const largestIn = (from: SymbolicTensor, axis: number, start: number, end: number, bins: number) => {
    const size = dimension(g, x, axis);
    const parts = Array.from({ length: bins }, (_, bin) => {
      const isIn = belongs(g, corner(start), corner(end), size, bin, bins);
      const along = axis === 3 ? expandDimension(g, isIn, 1) : expandDimension(g, isIn, 2);
      const mask = expandDimension(g, along, 1);
      return reduce(g, 'Max', select(g, mask, from, Number.NEGATIVE_INFINITY), [axis]);
    });
    return stack(g, parts, axis);
  };
  const ofColumns = largestIn(own, 3, 1, 3, width);
  const result = largestIn(ofColumns, 2, 2, 4, height);
  // A bin without elements is zero.
  const isEmpty = binary(g, 'Equal', result, Number.NEGATIVE_INFINITY);
  return typed(select(g, isEmpty, 0, result), x.type);
};

/** Whether each element of a line belongs to a bin of each region, [regions, size]. */
function belongs(
  g: NodeBuilder,
  start: SymbolicTensor,
  end: SymbolicTensor,
  size: Dimension,
  bin: number,
  bins: number,
): SymbolicTensor {
  const length = maximum(g, add(g, subtract(g, end, start), 1), 1);
  const step = divide(g, length, bins);
  const first = add(g, unary(g, 'Floor', multiply(g, step, bin)), start);
  const after = add(g, unary(g, 'Ceil', multiply(g, step, bin + 1)), start);
  const places = cast(g, countUp(g, size), 'float32');
  return binary(
    g,
    'LogicalAnd',
    binary(g, 'GreaterEqual', places, expandDimension(g, first, 1)),
    binary(g, 'Less', places, expandDimension(g, after, 1)),
  );
}

export const REGIONS: OperatorTable = { MaxRoiPool: maxRoiPool, RoiAlign: roiAlign };
