import type { Node } from '@tensorflow/tfjs-converter/dist/operations/types.js';
import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import type { ElementShape } from './held_tensors.ts';

/** A node with an operation on a list of tensors, and its inputs. */
export interface ListCall {
  /** The operation and the node, as the beginning of an error message. */
  readonly name: string;
  /** @throws ExecutionError if the input is missing */
  readonly input: (index: number) => Tensor;
  readonly attribute: (name: string) => NonNullable<Node['rawAttrs']>[string] | undefined;
  /** Returns an attribute that tfjs has parsed, by tfjs's name. */
  readonly parsed: (name: string) => unknown;
}

/** @param name the attribute's name in TensorFlow */
export function dtypeAttribute(call: ListCall, name: 'element_dtype' | 'dtype'): DataType | undefined {
  const dtype = call.parsed(name === 'dtype' ? 'dtype' : 'elementDType');
  return dtype === 'float32' || dtype === 'int32' || dtype === 'bool' || dtype === 'string'
    ? dtype
    : undefined;
}

export function shapeAttribute(call: ListCall): ElementShape {
  const shape = call.parsed('elementShape');
  return Array.isArray(shape) ? shape.map(Number) : undefined;
}

export function numberAttribute(call: ListCall, name: string, otherwise: number): number {
  const value = call.attribute(name)?.i;
  return value === undefined || value === null ? otherwise : Number(value);
}
