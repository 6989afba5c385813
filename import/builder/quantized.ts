import { add, clip, multiply, type Operand, subtract, unary } from './elementwise.ts';
import type { NodeBuilder } from './node_builder.ts';
import type { SymbolicTensor } from './symbolic_tensor.ts';

/** Which integers stand for floats: (integer - zero) * scale, for integers from the least to the largest. */
export interface Codes {
  readonly zero: number;
  readonly range: readonly [least: number, most: number];
}

/** Integers, as floats, without their zero. */
export function centered(g: NodeBuilder, codes: SymbolicTensor, zero: Operand): SymbolicTensor {
  return zero === 0 ? codes : subtract(g, codes, zero);
}

/** The same with a zero that a request may decide. */
export interface OpenCodes {
  readonly zero: Operand;
  readonly range: Codes['range'];
}

/**
 * Integers, as floats, that stand for sums of other ones, or for any floats: times a scale, the nearest integer, ties to the even
 * one, plus the zero, within a range. Float32 holds all integers up to 2^24. Even a zero of 0 is added, which makes 0 of the -0
 * that rounding leaves: integers have no such number.
 *
 * @param scale one number, or numbers that broadcast
 */
export function quantized(
  g: NodeBuilder,
  sums: SymbolicTensor,
  scale: Operand,
  { zero, range: [least, most] }: OpenCodes,
): SymbolicTensor {
  const near = unary(g, 'Round', scale === 1 ? sums : multiply(g, sums, scale));
  return clip(g, add(g, near, zero), least, most);
}
