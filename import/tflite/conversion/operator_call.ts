import type { NodeBuilder } from '../../builder/node_builder.ts';
import type { SymbolicTensor } from '../../builder/symbolic_tensor.ts';
import type { Options } from '../file/options.ts';
import { numbersOf, type TensorDescription, type TfliteTensor } from '../tensors/tflite_tensor.ts';
import { refuse, refuseMalformed } from './refusal.ts';
import type { Subgraph } from './subgraph.ts';

/** One operation with what it is given. */
export interface OperatorCall {
  readonly g: NodeBuilder;
  readonly version: number;
  /** undefined for an optional input that is left out. */
  readonly inputs: readonly (TfliteTensor | undefined)[];
  /** What the file says of each output. */
  readonly outputs: readonly TensorDescription[];
  /** What the file says of tensors within the operation, such as the gates of an LSTM. */
  readonly intermediates: readonly TensorDescription[];
  readonly options: Options;
  /** A graph of the file that the operation calls. @throws TfliteRefusal if the file does not have it */
  readonly subgraph: (index: number) => Subgraph;
  /** The values of variables and the contents of tables, by the name of the resource; all graphs of a model share them. */
  readonly resources: Map<string, readonly TfliteTensor[]>;
}

/** What an operation gives. The conversion adds what the file says of it. */
export type Output = SymbolicTensor &
  Partial<Pick<TfliteTensor, 'elements' | 'texts' | 'stored' | 'resource'>>;

/** All outputs of an operation in their order. */
type Outputs = Output | readonly (Output | undefined)[];

/** Converts an operation. @throws TfliteRefusal */
export type Operator = (call: OperatorCall) => Outputs;

/**
 * How an operator takes quantized tensors.
 *
 * - `in-float`: it is given floats, and what it gives is quantized as the file says.
 * - `as-codes`: it is given the integers, which it moves or compares; they have the scale and the zero of its first output.
 * - `itself`: it is given the integers, and gives integers as the file says.
 */
export type Quantized = 'in-float' | 'as-codes' | 'itself';

export interface OperatorEntry {
  readonly convert: Operator;
  readonly quantized: Quantized;
}

/** Operators by their names. */
export type OperatorTable = Readonly<Record<string, OperatorEntry>>;

/** An input that the operator requires. */
export function input({ inputs }: OperatorCall, index: number): TfliteTensor {
  return inputs[index] ?? refuseMalformed(`lacks its input ${index}`);
}

/** What the file says of an output that the operator has. */
export function output({ outputs }: OperatorCall, index: number): TensorDescription {
  return outputs[index] ?? refuseMalformed(`lacks its output ${index}`);
}

/** An axis from 0 on. @param length of what the axis is of */
export function axisIn(length: number, axis: number): number {
  const from = axis < 0 ? axis + length : axis;
  if (!Number.isInteger(from) || from < 0 || from >= length)
    refuseMalformed(`has axis ${axis} of a tensor of ${length} dimensions`);
  return from;
}

export function axesIn(length: number, axes: readonly number[]): number[] {
  return axes.map((axis) => axisIn(length, axis));
}

/** The integers of an input that has to be constant. @param what for the message */
export function constantNumbers(tensor: TfliteTensor, what: string): readonly number[] {
  if (tensor.dtype !== 'int32') refuseMalformed(`has ${what} of ${tensor.type}, which is not of integers`);
  return numbersOf(tensor) ?? refuse(`has ${what} that the request decides; they have to be constant`);
}

/** A known size. @param what for the message */
export function knownSize(x: SymbolicTensor, axis: number, what: string): number {
  const size = x.shape.at(axis);
  return (
    size ?? refuse(`needs ${what}, which the request decides; convert the model with a fixed size there`)
  );
}
