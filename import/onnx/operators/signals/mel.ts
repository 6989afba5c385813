import { countUp } from '../../../builder/creation.ts';
import {
  add,
  binary,
  cast,
  divide,
  maximum,
  multiply,
  select,
  subtract,
  unary,
} from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { crop, type Dimension, expandDimension } from '../../../builder/shaping.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { input, type Operator, type OperatorTable } from '../../conversion/operator_call.ts';
import { dataTypeOf } from '../../values/element_types.ts';
import { numbersOf, typed } from '../../values/onnx_tensor.ts';
import { typeOfNumber } from '../shapes/creation.ts';
import { onlyElement } from '../shapes/sizes.ts';
import { halfOf } from './fourier.ts';

const FLOAT = 1;

/** The mel scale: 2595 * log10(1 + hertz / 700). */
const [SLOPE, CORNER] = [2595, 700];

function toMel(g: NodeBuilder, hertz: SymbolicTensor): SymbolicTensor {
  return multiply(g, unary(g, 'Log', add(g, divide(g, hertz, CORNER), 1)), SLOPE / Math.LN10);
}

/** Triangles over the frequencies of a spectrum, [frequencies, bands]. Their corners are whole frequencies. */
const melWeightMatrix: Operator = (call) => {
  const { g, attributes } = call;
  const type = typeOfNumber(attributes.integer('output_datatype', FLOAT));
  const scalar = (index: number): Dimension =>
    numbersOf(input(call, index))?.[0] ?? onlyElement(g, input(call, index));
  const asFloat = (value: Dimension) =>
    typeof value === 'number' ? g.floats([value], []) : cast(g, value, 'float32');
  const [bands, length] = [scalar(0), scalar(1)];
  const [rate, low, high] = [asFloat(scalar(2)), asFloat(scalar(3)), asFloat(scalar(4))];
  const corners: Dimension = typeof bands === 'number' ? bands + 2 : add(g, bands, 2);
  const least = toMel(g, low);
  const step = divide(g, subtract(g, toMel(g, high), least), asFloat(corners));
  const mels = add(g, multiply(g, cast(g, countUp(g, corners), 'float32'), step), least);
  const hertz = multiply(g, subtract(g, unary(g, 'Exp', multiply(g, mels, Math.LN10 / SLOPE)), 1), CORNER);
  const places = unary(g, 'Floor', divide(g, multiply(g, add(g, asFloat(length), 1), hertz), rate));
  const part = (start: number) => crop(g, places, 0, [start, 2 - start]);
  const [left, center, right] = [part(0), part(1), part(2)];
  const frequencies = expandDimension(g, cast(g, countUp(g, halfOf(g, length)), 'float32'), 1);
  const rising = divide(g, subtract(g, frequencies, left), maximum(g, subtract(g, center, left), 1));
  const falling = divide(g, subtract(g, right, frequencies), maximum(g, subtract(g, right, center), 1));
  const sides = select(g, binary(g, 'Less', frequencies, center), rising, falling);
  const weights = select(g, binary(g, 'Equal', frequencies, center), 1, maximum(g, sides, 0));
  return typed(cast(g, weights, dataTypeOf(type)), type);
};

export const MEL: OperatorTable = { MelWeightMatrix: melWeightMatrix };
