import { cast } from '../../builder/elementwise.ts';
import type { NodeBuilder } from '../../builder/node_builder.ts';
import type { SymbolicTensor } from '../../builder/symbolic_tensor.ts';
import { dataTypeOf, type ElementTypeName } from '../values/element_types.ts';
import { numbersOf, type OnnxTensor, typed } from '../values/onnx_tensor.ts';
import type { OnnxValue } from '../values/onnx_value.ts';
import type { StoredElements } from '../values/read_tensor.ts';
import { refuse, refuseMalformed } from '../values/refusal.ts';
import type { Attributes } from './attributes.ts';
import type { Subgraph } from './subgraph.ts';

/** One node with what it is given. */
export interface OperatorCall {
  readonly g: NodeBuilder;
  /** The version of the operator set of the node's domain. */
  readonly opset: number;
  /** Its inputs that are tensors, at their places. */
  readonly inputs: readonly (OnnxTensor | undefined)[];
  /** All of its inputs, also sequences. */
  readonly values: readonly (OnnxValue | undefined)[];
  /** How many outputs the node has; some may have no name. */
  readonly outputCount: number;
  readonly attributes: Attributes;
  /** Reads a TensorProto of an attribute as a constant. */
  readonly constant: (bytes: Uint8Array) => OnnxTensor;
  /** Reads all elements of a TensorProto of an attribute. */
  readonly elements: (bytes: Uint8Array) => StoredElements;
  /** Reads a GraphProto of an attribute. */
  readonly subgraph: (bytes: Uint8Array) => Subgraph;
}

/** What a node gives: its outputs in their order. */
type Outputs = OnnxTensor | readonly (OnnxValue | undefined)[];

/** Converts a node. @throws OnnxRefusal */
export type Operator = (call: OperatorCall) => Outputs;

/** Operators by their names. */
export type OperatorTable = Readonly<Record<string, Operator>>;

/** An input that the operator requires. */
export function input({ inputs }: OperatorCall, index: number): OnnxTensor {
  return inputs[index] ?? refuseMalformed(`lacks its input ${index}`);
}

/** An axis from 0 on. @param length of what the axis is of */
export function axisIn(length: number, axis: number): number {
  const from = axis < 0 ? axis + length : axis;
  if (from < 0 || from >= length) refuseMalformed(`has axis ${axis} of a tensor of ${length} dimensions`);
  return from;
}

export function axesIn(length: number, axes: readonly number[]): number[] {
  return axes.map((axis) => axisIn(length, axis));
}

/**
 * Integers that are an attribute in old versions of an operator and an input since.
 *
 * @returns undefined where neither is given
 */
export function integersOf(call: OperatorCall, name: string, index: number): readonly number[] | undefined {
  const attribute = call.attributes.integers(name);
  if (attribute !== undefined) return attribute;
  const given = call.inputs[index];
  return given === undefined ? undefined : constantNumbers(given, name);
}

/** The values of an input that has to be constant. */
export function constantNumbers(tensor: OnnxTensor, name: string): readonly number[] {
  return (
    numbersOf(tensor) ??
    refuse(
      `has ${name} that the request decides; it has to be a constant: fold the model with onnxsim or onnxslim`,
    )
  );
}

/** A tensor with other elements' type, for example the indices of a search. */
export function castTo(g: NodeBuilder, x: OnnxTensor, type: ElementTypeName): OnnxTensor {
  return typed(cast(g, x, dataTypeOf(type)), type, x.elements);
}

/** A known size. @param what for the message */
export function knownSize(x: SymbolicTensor, axis: number, what: string): number {
  const size = x.shape.at(axis);
  return size ?? refuse(`needs ${what}, which the request decides; export the model with a fixed size there`);
}
