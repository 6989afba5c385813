import { add, binary, cast, select, subtract, unary } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { type Dimension, dimensions, expandDimension, gather, transpose } from '../../../builder/shaping.ts';
import { axisToLast } from '../../../builder/sorting.ts';
import { channelsFirst, channelsLast } from '../../../builder/spatial/channels.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  axesIn,
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { numbersOf, type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { refuseMalformed } from '../../values/refusal.ts';
import { matrixProduct } from '../networks/products.ts';
import {
  asFloat,
  asTensor,
  COORDINATES,
  type Coordinates,
  floats,
  placesInInput,
  type ResizedAxis,
} from './coordinates.ts';
import { weightsOf, within } from './interpolation.ts';
import { hasFastForm, resizeFast } from './resize_fast.ts';

const NEAREST = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'] as const;
const POLICIES = ['stretch', 'not_larger', 'not_smaller'] as const;

interface Options {
  readonly mode: 'nearest' | 'linear' | 'cubic';
  readonly coordinates: Coordinates;
  readonly nearest: (typeof NEAREST)[number];
  readonly cubic: number;
  readonly excludesOutside: boolean;
  readonly isAntialiased: boolean;
  readonly extrapolation: number;
}

function readOptions({ attributes, opset }: OperatorCall): Options {
  return {
    mode: attributes.choice('mode', ['nearest', 'linear', 'cubic'], 'nearest'),
    coordinates:
      opset < 11
        ? 'asymmetric'
        : attributes.choice('coordinate_transformation_mode', COORDINATES, 'half_pixel'),
    nearest: opset < 11 ? 'floor' : attributes.choice('nearest_mode', NEAREST, 'round_prefer_floor'),
    cubic: attributes.float('cubic_coeff_a', -0.75),
    excludesOutside: attributes.flag('exclude_outside'),
    isAntialiased: attributes.flag('antialias'),
    extrapolation: attributes.float('extrapolation_value', 0),
  };
}

const resize: Operator = (call) => {
  const { inputs, opset } = call;
  const isOld = opset < 11;
  const x = input(call, 0);
  return resized(call, x, {
    region: isOld ? undefined : inputs[1],
    scales: isOld ? inputs[1] : inputs[2],
    sizes: isOld ? undefined : inputs[3],
  });
};

/** The operator before Resize, whose scales were once an attribute. */
const upsample: Operator = (call) => {
  const scales = call.attributes.floats('scales');
  const given = scales === undefined ? call.inputs[1] : typed(call.g.floats(scales), 'FLOAT', scales);
  return resized({ ...call, opset: 10 }, input(call, 0), {
    region: undefined,
    scales: given,
    sizes: undefined,
  });
};

interface Given {
  readonly region: OnnxTensor | undefined;
  readonly scales: OnnxTensor | undefined;
  readonly sizes: OnnxTensor | undefined;
}

function resized(call: OperatorCall, x: OnnxTensor, given: Given): OnnxTensor {
  const { g, attributes } = call;
  const options = readOptions(call);
  const order = attributes.integers('axes');
  const axes = order === undefined ? [...x.shape.keys()] : axesIn(rank(x), order);
  const policy = attributes.choice('keep_aspect_ratio_policy', POLICIES, 'stretch');
  const measured = measure(g, x, axes, given, policy);
  if (hasFastForm(x, measured, options)) {
    return typed(channelsFirst(g, resizeFast(g, channelsLast(g, x), measured, options)), x.type);
  }
  const isCropped = options.coordinates === 'tf_crop_and_resize';
  let result: SymbolicTensor = cast(g, x, 'float32');
  for (const [axis, resizedAxis] of measured) {
    if (resizedAxis.from === resizedAxis.to && resizedAxis.scale === 1 && !isCropped) continue;
    const places = placesInInput(g, resizedAxis, options.coordinates);
    const moved =
      options.mode === 'nearest'
        ? gather(g, result, nearestPlaces(g, places, resizedAxis, options), axis)
        : interpolate(g, result, axis, weightsOf(g, places, resizedAxis, options));
    result = isCropped ? extrapolated(g, moved, axis, places, resizedAxis, options) : moved;
  }
  return typed(cast(g, result, x.dtype), x.type);
}

/** The axes that change with their lengths, which come from sizes or from scales. */
function measure(
  g: NodeBuilder,
  x: OnnxTensor,
  axes: readonly number[],
  { region, scales, sizes }: Given,
  policy: (typeof POLICIES)[number],
): [axis: number, resized: ResizedAxis][] {
  const f = floats(g);
  const own = dimensions(g, x);
  const isSized = sizes !== undefined && sizes.shape[0] !== 0;
  const list = isSized ? sizes : scales;
  if (list === undefined) return refuseMalformed('has neither scales nor sizes');
  const pick = (tensor: OnnxTensor, index: number): number | SymbolicTensor =>
    numbersOf(tensor)?.[index] ?? tensor.elements?.[index] ?? gather(g, tensor, g.integers([index], []), 0);
  const regionOf = (index: number): Pick<ResizedAxis, 'region'> =>
    region === undefined || region.shape[0] === 0
      ? {}
      : { region: [pick(region, index), pick(region, index + axes.length)] };
  const common =
    isSized && policy !== 'stretch'
      ? commonScale(
          g,
          axes.map((axis) => own[axis] ?? 1),
          axes.map((_, index) => pick(sizes, index)),
          policy,
        )
      : undefined;
  return axes.map((axis, index) => {
    const from = own[axis] ?? 1;
    const wanted = pick(list, index);
    if (!isSized) {
      const exact = f.multiply(asFloat(g, from), wanted);
      const to = typeof exact === 'number' ? Math.floor(exact) : cast(g, unary(g, 'Floor', exact), 'int32');
      return [axis, { from, to, scale: wanted, exact, ...regionOf(index) }];
    }
    if (common === undefined) {
      const exact = asFloat(g, wanted);
      return [
        axis,
        { from, to: wanted, scale: f.divide(exact, asFloat(g, from)), exact, ...regionOf(index) },
      ];
    }
    const exact = f.add(f.multiply(common, asFloat(g, from)), 0.5);
    const to = typeof exact === 'number' ? Math.floor(exact) : cast(g, unary(g, 'Floor', exact), 'int32');
    return [axis, { from, to, scale: common, exact: asFloat(g, to), ...regionOf(index) }];
  });
}

/** One scale for all axes, so that none is larger, or smaller, than asked for. */
function commonScale(
  g: NodeBuilder,
  froms: readonly Dimension[],
  wanted: readonly (number | SymbolicTensor)[],
  policy: 'not_larger' | 'not_smaller',
): number | SymbolicTensor {
  const f = floats(g);
  const scales = froms.map((from, index) => f.divide(asFloat(g, wanted[index] ?? 1), asFloat(g, from)));
  const numbers = scales.filter((scale) => typeof scale === 'number');
  if (numbers.length === scales.length)
    return policy === 'not_larger' ? Math.min(...numbers) : Math.max(...numbers);
  const op = policy === 'not_larger' ? 'Minimum' : 'Maximum';
  return scales.map((scale) => asTensor(g, scale)).reduce((one, other) => binary(g, op, one, other));
}

/** The nearest element of the input for each of the result, [to]. */
function nearestPlaces(
  g: NodeBuilder,
  places: SymbolicTensor,
  { from }: ResizedAxis,
  { nearest }: Options,
): SymbolicTensor {
  const rounded = {
    floor: () => unary(g, 'Floor', places),
    ceil: () => unary(g, 'Ceil', places),
    round_prefer_floor: () => unary(g, 'Ceil', subtract(g, places, 0.5)),
    round_prefer_ceil: () => unary(g, 'Floor', add(g, places, 0.5)),
  }[nearest]();
  return within(g, cast(g, rounded, 'int32'), from);
}

/** @param weights [to, from] */
function interpolate(
  g: NodeBuilder,
  x: SymbolicTensor,
  axis: number,
  weights: SymbolicTensor,
): SymbolicTensor {
  const { there, back } = axisToLast(x, axis);
  return transpose(g, matrixProduct(g, transpose(g, x, there), transpose(g, weights, [1, 0])), back);
}

/** Elements that lie outside of the input have a value of their own. */
function extrapolated(
  g: NodeBuilder,
  x: SymbolicTensor,
  axis: number,
  places: SymbolicTensor,
  { from }: ResizedAxis,
  { extrapolation }: Options,
): SymbolicTensor {
  const last = floats(g).subtract(asFloat(g, from), 1);
  const isOutside = binary(
    g,
    'LogicalOr',
    binary(g, 'Less', places, 0),
    binary(g, 'Greater', places, asTensor(g, last)),
  );
  let along: SymbolicTensor = isOutside;
  for (let each = axis + 1; each < rank(x); each++) along = expandDimension(g, along, rank(along));
  return select(g, along, extrapolation, x);
}

export const RESIZING: OperatorTable = { Resize: resize, Upsample: upsample };
