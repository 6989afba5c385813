import {
  add,
  binary,
  cast,
  divide,
  maximum,
  minimum,
  multiply,
  subtract,
} from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { quantized } from '../../../builder/quantized.ts';
import { reduce } from '../../../builder/reductions.ts';
import { expandDimension, reshape, tile } from '../../../builder/shaping.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  axisIn,
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { type ElementTypeName, integerRange, isInteger } from '../../values/element_types.ts';
import { type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { refuse } from '../../values/refusal.ts';
import { typeOfNumber } from '../shapes/creation.ts';
import { codesOf, laidAlong, ofCodes, standingFor, targetOf, toIntegersOf } from './forms.ts';

/** The numbers by which integers stand for floats: (integer - zero) * scale. */
export interface Scale {
  readonly scale: SymbolicTensor;
  readonly zero: SymbolicTensor | undefined;
}

/** Floats of integers, laid along the dimension that they are for. */
export function scaleAlong(
  call: OperatorCall,
  x: SymbolicTensor,
  scale: OnnxTensor,
  zero: OnnxTensor | undefined,
  axis: number,
): Scale {
  const { g } = call;
  const along = (numbers: SymbolicTensor): SymbolicTensor => laidAlong(g, numbers, rank(x), axis);
  return { scale: along(scale), zero: zero && along(cast(g, zero, 'float32')) };
}

/** A scale for each block of elements along an axis, as one for each element. */
function blockScale(
  { g }: OperatorCall,
  x: SymbolicTensor,
  scale: OnnxTensor,
  zero: OnnxTensor | undefined,
  axis: number,
  block: number,
): Scale {
  const spread = (numbers: SymbolicTensor): SymbolicTensor => {
    const apart = expandDimension(g, numbers, axis + 1);
    const repeated = tile(
      g,
      apart,
      apart.shape.map((_, each) => (each === axis + 1 ? block : 1)),
    );
    const sizes = x.shape.map(
      (size) => size ?? refuse('has blocks in a tensor whose sizes the request decides'),
    );
    return reshape(g, repeated, sizes);
  };
  return { scale: spread(scale), zero: zero && spread(cast(g, zero, 'float32')) };
}

/** The nearest integer, ties to the even one, within the range of a type. */
export function quantize(
  g: NodeBuilder,
  x: SymbolicTensor,
  { scale, zero }: Scale,
  type: ElementTypeName,
): OnnxTensor {
  const [least, most] = integerRange(type) ?? refuse(`gives ${type}, which is not of integers`);
  const codes = quantized(g, divide(g, x, scale), 1, { zero: zero ?? 0, range: [least, most] });
  return least < -LARGEST_CODE || most > LARGEST_CODE
    ? typed(cast(g, codes, 'int32'), type)
    : ofCodes(g, codes, type);
}

/** Float32 holds all integers up to this one. */
const LARGEST_CODE = 2 ** 24;

export function dequantize(g: NodeBuilder, x: OnnxTensor, { scale, zero }: Scale): SymbolicTensor {
  const floats = codesOf(g, x);
  return multiply(g, zero === undefined ? floats : subtract(g, floats, zero), scale);
}

function readScale(call: OperatorCall, x: OnnxTensor): Scale {
  const { attributes, inputs } = call;
  const [scale, zero] = [input(call, 1), inputs[2]];
  const block = attributes.integer('block_size', 0);
  const given = attributes.integer('axis', 1);
  if (rank(scale) === 0) return scaleAlong(call, x, scale, zero, 0);
  const axis = axisIn(rank(x), given);
  return block > 0 ? blockScale(call, x, scale, zero, axis, block) : scaleAlong(call, x, scale, zero, axis);
}

const quantizeLinear: Operator = (call) => {
  const { attributes, inputs } = call;
  attributes.ignore('saturate', 'precision');
  const number = attributes.integer('output_dtype', 0);
  const type = inputs[2]?.type ?? (number === 0 ? 'UINT8' : typeOfNumber(number));
  const x = input(call, 0);
  const codes = codesAtOnce(call, x, type);
  if (codes !== undefined) return ofCodes(call.g, codes, type);
  return quantize(call.g, cast(call.g, x, 'float32'), readScale(call, x), type);
};

/** The integers of floats that were made of integers, computed from those. */
function codesAtOnce(call: OperatorCall, x: OnnxTensor, type: ElementTypeName): SymbolicTensor | undefined {
  if (call.attributes.integer('block_size', 0) > 0) return undefined;
  const target = targetOf(call.g, input(call, 1), call.inputs[2], type);
  return target && toIntegersOf(call.g, x)?.(target);
}

const dequantizeLinear: Operator = (call) => {
  call.attributes.ignore('output_dtype');
  const x = input(call, 0);
  if (!isInteger(x.type)) refuse(`takes ${x.type}, which is not of integers`);
  const scale = input(call, 1);
  const floats = typed(dequantize(call.g, x, readScale(call, x)), scale.type);
  if (scale.type !== 'FLOAT' || call.attributes.integer('block_size', 0) > 0) return floats;
  const axis = rank(scale) === 0 ? 0 : axisIn(rank(x), call.attributes.integer('axis', 1));
  return { ...floats, dequantized: standingFor(call.g, x, scale, call.inputs[2], axis) };
};

/** The scale and the zero come from the smallest and the largest element, which count as if 0 were among them. */
const dynamicQuantizeLinear: Operator = (call) => {
  const { scale, zero, quantized } = dynamicScale(call.g, input(call, 0));
  return [quantized, typed(scale, 'FLOAT'), typed(cast(call.g, zero, 'int32'), 'UINT8')];
};

/** @returns the scale and the zero, both of floats, and the integers */
export function dynamicScale(
  g: NodeBuilder,
  x: SymbolicTensor,
): { readonly scale: SymbolicTensor; readonly zero: SymbolicTensor; readonly quantized: OnnxTensor } {
  const axes = [...x.shape.keys()];
  const least = minimum(g, reduce(g, 'Min', x, axes), 0);
  const most = maximum(g, reduce(g, 'Max', x, axes), 0);
  const scale = divide(g, subtract(g, most, least), 255);
  // Where all are 0, any scale is right.
  const divisor = add(g, scale, cast(g, binary(g, 'Equal', scale, 0), 'float32'));
  const zero = quantized(g, divide(g, subtract(g, 0, least), divisor), 1, { zero: 0, range: [0, 255] });
  return { scale, zero, quantized: quantize(g, x, { scale: divisor, zero }, 'UINT8') };
}

export const LINEAR: OperatorTable = {
  DequantizeLinear: dequantizeLinear,
  DynamicQuantizeLinear: dynamicQuantizeLinear,
  QuantizeLinear: quantizeLinear,
};
