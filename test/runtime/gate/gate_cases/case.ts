import { expect } from 'vitest';
import type { GraphConstant, GraphTensor } from '../../../fixtures/models/write_graph.ts';
import type { RawTensor } from '../../../fixtures/requests/raw_inference.ts';

/** A graph of one operation, and requests to it. */
export interface GateCase {
  readonly name: string;
  readonly inputs: readonly GraphTensor[];
  readonly nodes: readonly Record<string, unknown>[];
  readonly constants?: readonly GraphConstant[];
  readonly outputs: readonly GraphTensor[];
  readonly asked: readonly Asked[];
}

type Tensors = Readonly<Record<string, RawTensor>>;

/** A request with TensorFlow's answer, or with words of the refusal. */
export interface Asked {
  readonly of: string;
  readonly send: Tensors;
  readonly answer?: Tensors;
  readonly refused?: RegExp;
}

const TYPES = { FP32: 'DT_FLOAT', INT32: 'DT_INT32', BOOL: 'DT_BOOL', BYTES: 'DT_STRING' } as const;

export const float = (shape: readonly number[], data: readonly number[] = []): RawTensor => ({
  shape,
  datatype: 'FP32',
  data,
});
export const int = (shape: readonly number[], data: readonly number[] = []): RawTensor => ({
  shape,
  datatype: 'INT32',
  data,
});
export const bool = (shape: readonly number[], data: readonly number[] = []): RawTensor => ({
  shape,
  datatype: 'BOOL',
  data,
});

export const strings = (
  shape: readonly number[],
  data: readonly (string | Uint8Array)[] = [],
): RawTensor => ({
  shape,
  datatype: 'BYTES',
  data,
});

export const answered = (of: string, send: Tensors, y: RawTensor): Asked => ({ of, send, answer: { y } });
/** The same up to the errors of functions such as tanh, which are no more than 1e-6 here. */
export const answeredNearly = (of: string, send: Tensors, y: RawTensor): Asked =>
  answered(of, send, { ...y, data: y.data.map((value) => nearly(Number(value))) });

const nearly = (value: number) => (Number.isFinite(value) ? expect.closeTo(value, 5) : value);

export const refused = (of: string, send: Tensors, words: RegExp): Asked => ({ of, send, refused: words });

/**
 * A graph of one node whose inputs are the inputs of the request.
 *
 * @param inputs dtypes of the inputs, in the operation's order
 */
export function operation(
  name: string,
  op: string,
  inputs: Readonly<Record<string, RawTensor['datatype']>>,
  attr: Readonly<Record<string, unknown>>,
  output: RawTensor['datatype'],
  asked: readonly Asked[],
  index = 0,
): GateCase {
  const node = { name: index === 0 ? 'y' : 'node', op, input: Object.keys(inputs), attr };
  const part = { name: 'y', op: 'Identity', input: [`node:${index}`], attr: { T: { type: TYPES[output] } } };
  return {
    name,
    inputs: Object.entries(inputs).map(([each, type]) => ({ name: each, dtype: TYPES[type] })),
    nodes: index === 0 ? [node] : [node, part],
    outputs: [{ name: 'y', dtype: TYPES[output] }],
    asked,
  };
}

export const text = (value: string) => ({ s: Buffer.from(value).toString('base64') });
export const flag = (value: boolean) => ({ b: value });
export const integers = (...values: readonly number[]) => ({ list: { i: values.map(String) } });
export const texts = (...values: readonly string[]) => ({
  list: { s: values.map((value) => Buffer.from(value).toString('base64')) },
});
