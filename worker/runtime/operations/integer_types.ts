import type { GraphNode } from '@tensorflow/tfjs-converter';
import { cast, engine, type Tensor } from '@tensorflow/tfjs-core';
import { member, rawAttribute } from './operation.ts';

/** TensorFlow's integers that are held in 32 bits though they have fewer or more. */
export type IntegerType =
  | { readonly kind: 'narrow'; readonly bits: 8 | 16; readonly isSigned: boolean }
  | { readonly kind: 'wide' };

/** By the names and the numbers that tfjs's JSON has for types. */
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
 * The type that an attribute of a node names, where it is held in 32 bits but is not int32. tfjs's own attributes say
 * int32 for all of them, so that the JSON is read.
 */
export function integerType(node: GraphNode, name: string): IntegerType | undefined {
  return INTEGER_TYPES.get(member(rawAttribute(node, name), 'type'));
}

/**
 * Computes integers of 8 and 16 bits, which wrap, and of 64 bits, which are refused where the result does not fit 32. Any
 * sum or product of int32 values is right in its lowest bits, and float32 tells how large it is: values that are
 * wrong differ by 2^32 or more.
 *
 * @param compute sums and products of the inputs
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
