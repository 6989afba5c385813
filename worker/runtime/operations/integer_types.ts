import type { GraphNode } from '@tensorflow/tfjs-converter';
import { cast, engine, type Tensor } from '@tensorflow/tfjs-core';
import { member, rawAttribute } from './operation.ts';

/** TensorFlow's integers of fewer or more than 32 bits, which are computed in 32 bits. */
export type IntegerType =
  | { readonly kind: 'narrow'; readonly bits: 8 | 16; readonly isSigned: boolean }
  | { readonly kind: 'wide' };

/** By the names and the numbers of types in tfjs's JSON. */
const INTEGER_TYPES = new Map<unknown, IntegerType>([
  ...both('DT_UINT8', 4, { kind: 'narrow', bits: 8, isSigned: false }),
  ...both('DT_INT16', 5, { kind: 'narrow', bits: 16, isSigned: true }),
  ...both('DT_UINT16', 17, { kind: 'narrow', bits: 16, isSigned: false }),
  ...both('DT_INT8', 6, { kind: 'narrow', bits: 8, isSigned: true }),
  ...both('DT_INT64', 9, { kind: 'wide' }),
]);

function both(name: string, number: number, type: IntegerType): [unknown, IntegerType][] {
  return [
    [name, type],
    [number, type],
  ];
}

/**
 * Returns the type in a node's attribute if it is an integer other than int32. It reads the JSON, since tfjs's own
 * attributes are int32 for all of them.
 */
export function integerType(node: GraphNode, name: string): IntegerType | undefined {
  return INTEGER_TYPES.get(member(rawAttribute(node, name), 'type'));
}

/** The least and the largest integer of a type of 8 or 16 bits. */
export function extremesOf({
  bits,
  isSigned,
}: IntegerType & { kind: 'narrow' }): [least: number, most: number] {
  return isSigned ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
}

/**
 * Computes integers of 8 and 16 bits, which wrap, and of 64 bits, whose results are refused if they do not fit into 32
 * bits. The lowest bits of any sum or product of int32 values are correct, and the same computation in float32 shows
 * its magnitude: wrong values differ by 2^32 or more.
 *
 * @param compute computes sums and products of the inputs
 */
export function computeIntegers(
  type: IntegerType | undefined,
  inputs: readonly Tensor[],
  compute: (inputs: readonly Tensor[]) => Tensor,
): Tensor {
  if (type === undefined) return compute(inputs);
  if (type.kind === 'narrow') return wrap(compute(inputs), type);
  return expectInt32(compute(inputs), compute(inputs.map((input) => cast(input, 'float32'))), 2 ** 31);
}

export function wrap(x: Tensor, { bits, isSigned }: IntegerType & { kind: 'narrow' }): Tensor {
  return engine().runKernel('WrapInteger', { x }, { bits, isSigned });
}

export function expectInt32(x: Tensor, approximate: Tensor, tolerance: number): Tensor {
  return engine().runKernel('ExpectInt32', { x, approximate }, { tolerance });
}
