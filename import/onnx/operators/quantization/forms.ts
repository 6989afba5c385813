import { cast, clip, divide, multiply, type Operand, subtract } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { quantized } from '../../../builder/quantized.ts';
import { expandDimension, reshape, transpose } from '../../../builder/shaping.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { type ElementTypeName, integerRange, narrowBits } from '../../values/element_types.ts';
import {
  type Dequantized,
  type IntegerTarget,
  numbersOf,
  type OnnxTensor,
  type ToIntegers,
  typed,
} from '../../values/onnx_tensor.ts';
import { exactFactor } from './exact_factor.ts';

const { fround } = Math;

/** Integers as float32, which holds all integers up to 2^24. */
export function codesOf(g: NodeBuilder, x: OnnxTensor): SymbolicTensor {
  return x.codes ?? cast(g, x, 'float32');
}

/** Integers of a type that were computed as float32. */
export function ofCodes(g: NodeBuilder, codes: SymbolicTensor, type: ElementTypeName): OnnxTensor {
  return { ...typed(cast(g, codes, 'int32'), type), codes };
}

/** Numbers for the positions of an axis, so that they broadcast; one number is for all positions. */
export function laidAlong(
  g: NodeBuilder,
  numbers: SymbolicTensor,
  dimensions: number,
  axis: number,
): SymbolicTensor {
  if (rank(numbers) === 0) return numbers;
  if (rank(numbers) === 1 && numbers.shape[0] === 1) return reshape(g, numbers, []);
  let wide = numbers;
  for (let each = rank(numbers) + axis; each < dimensions; each++)
    wide = expandDimension(g, wide, rank(wide));
  return wide;
}

/** One number of JavaScript where it is known and the same at all positions. */
function operandOf(g: NodeBuilder, x: OnnxTensor): Operand {
  const numbers = numbersOf(x);
  const [first] = numbers ?? [];
  if (first !== undefined && numbers?.every((each) => each === first)) return first;
  const floats = cast(g, x, 'float32');
  return rank(x) === 1 && x.shape[0] === 1 ? reshape(g, floats, []) : floats;
}

/** The floats that integers stand for by a scale and a zero. @param axis of scales and zeros where there are several */
export function standingFor(
  g: NodeBuilder,
  x: OnnxTensor,
  scale: OnnxTensor,
  zero: OnnxTensor | undefined,
  axis: number,
): Dequantized {
  return {
    ...{ codes: codesOf(g, x), type: x.type, axis },
    ...{ scale: operandOf(g, scale), zero: zero === undefined ? 0 : operandOf(g, zero) },
  };
}

/** The integers of a type for a scale and a zero; undefined where there are several of these, or more than 8 bits. */
export function targetOf(
  g: NodeBuilder,
  scale: OnnxTensor,
  zero: OnnxTensor | undefined,
  type: ElementTypeName,
): IntegerTarget | undefined {
  const range = integerRange(type);
  const pair = { scale: operandOf(g, scale), zero: zero === undefined ? 0 : operandOf(g, zero) };
  return range !== undefined && isOfBytes({ type }) && isOne(pair) ? { ...pair, range } : undefined;
}

const isOfBytes = ({ type }: Pick<Dequantized, 'type'>): boolean =>
  (narrowBits(type) ?? Number.POSITIVE_INFINITY) <= 8;

/** Whether all integers have the same scale and zero. */
export function isOne({ scale, zero }: Pick<Dequantized, 'scale' | 'zero'>): boolean {
  return [scale, zero].every((each) => typeof each === 'number' || rank(each) === 0);
}

/** The form of a tensor whose integers have up to 8 bits and one scale. */
export function byteForm(x: OnnxTensor | undefined): Dequantized | undefined {
  const form = x?.dequantized;
  return form !== undefined && isOfBytes(form) && isOne(form) ? form : undefined;
}

/** The form of a tensor whose integers have up to 8 bits, and one scale or some for one of these axes. */
export function weightForm(x: OnnxTensor | undefined, axes: readonly number[]): Dequantized | undefined {
  const form = x?.dequantized;
  if (form === undefined || !isOfBytes(form)) return undefined;
  return isOne(form) || axes.includes(form.axis) ? form : undefined;
}

/** The form of the transposed matrix. */
export function transposedForm(g: NodeBuilder, form: Dequantized): Dequantized {
  return { ...form, codes: transpose(g, form.codes, [1, 0]), axis: 1 - form.axis };
}

/** The integers without their zeros. */
export function withoutZero(g: NodeBuilder, { codes, zero, axis }: Dequantized): SymbolicTensor {
  if (zero === 0) return codes;
  return subtract(g, codes, typeof zero === 'number' ? zero : laidAlong(g, zero, rank(codes), axis));
}

/** A product of numbers, in float32. */
export function times(g: NodeBuilder, one: Operand, other: Operand): Operand {
  const areKnown = typeof one === 'number' && typeof other === 'number';
  return areKnown ? fround(one * other) : multiply(g, one, other);
}

/** A quotient of numbers, in float32. */
export function over(g: NodeBuilder, one: Operand, other: Operand): Operand {
  const areKnown = typeof one === 'number' && typeof other === 'number';
  return areKnown ? fround(one / other) : divide(g, one, other);
}

/** How the floats of a tensor are computed as integers; undefined for floats that do not come from integers. */
export function toIntegersOf(g: NodeBuilder, x: OnnxTensor | undefined): ToIntegers | undefined {
  const form = byteForm(x);
  return x?.toIntegers ?? (form && ((target) => requantized(g, form, target)));
}

/** Integers of one scale as those of another one, as if they were floats between. */
function requantized(g: NodeBuilder, form: Dequantized, target: IntegerTarget): SymbolicTensor | undefined {
  const { codes, type, scale, zero } = form;
  const [least, most] = integerRange(type) ?? [0, 0];
  if (typeof scale !== 'number' || typeof zero !== 'number') return undefined;
  if (typeof target.scale !== 'number' || typeof target.zero !== 'number') return undefined;
  const [lowest, highest] = target.range;
  if (scale === target.scale && zero === target.zero)
    return least >= lowest && most <= highest ? codes : clip(g, codes, lowest, highest);
  const factor = exactFactor(scale, target.scale, [least - zero, most - zero]);
  return factor === undefined ? undefined : quantized(g, withoutZero(g, form), factor, target);
}
