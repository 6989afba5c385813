import { MESSAGE_TYPES } from '../../../import/saved_model/protobuf/message_types.ts';

/** Numbers of TensorFlow's types. */
export const FLOAT = 1;
export const DOUBLE = 2;
export const INT32 = 3;
export const STRING = 7;
export const INT64 = 9;
export const BOOL = 10;
export const BFLOAT16 = 14;
export const HALF = 19;
export const RESOURCE = 20;

type Message = Record<string, unknown>;

/** A message in bytes, of a plain object with the members that the readers know. */
export function encode(type: string, message: Message): Uint8Array {
  const messageType = MESSAGE_TYPES.lookupType(type);
  return messageType.encode(messageType.fromObject(message)).finish();
}

export const shape = (...sizes: number[]): Message => ({ dim: sizes.map((size) => ({ size })) });

export const type = (number: number): Message => ({ type: number });
export const integer = (value: number): Message => ({ i: value });
export const text = (value: string): Message => ({ s: Buffer.from(value) });
export const func = (name: string): Message => ({ func: { name } });
export const types = (...numbers: number[]): Message => ({ list: { type: numbers } });

export interface Node {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, Message>>;
}

export function node(
  name: string,
  op: string,
  input: string[] = [],
  attr: Record<string, Message> = {},
): Node {
  return { name, op, input, attr };
}

/** A constant of whatever member of TensorProto holds its values. */
export function constant(name: string, dtype: number, sizes: number[], values: Message): Node {
  const tensor = encode('TensorProto', { dtype, tensorShape: shape(...sizes), ...values });
  return node(name, 'Const', [], { dtype: type(dtype), value: { tensor } });
}

export const floats = (name: string, sizes: number[], ...values: number[]): Node =>
  constant(name, FLOAT, sizes, { floatVal: values });
export const integers = (name: string, sizes: number[], ...values: number[]): Node =>
  constant(name, INT32, sizes, { intVal: values });
export const strings = (name: string, sizes: number[], ...values: string[]): Node =>
  constant(name, STRING, sizes, { stringVal: values.map((value) => Buffer.from(value)) });

export interface FunctionDefinition {
  readonly name: string;
  readonly inputs: Readonly<Record<string, number>>;
  readonly outputs: Readonly<Record<string, number>>;
  readonly nodes: readonly Node[];
  readonly results: Readonly<Record<string, string>>;
}

export interface GraphDefinition {
  readonly nodes: readonly Node[];
  readonly functions?: readonly FunctionDefinition[];
}

export function graphMessage({ nodes, functions = [] }: GraphDefinition): Message {
  return {
    node: nodes.map(nodeMessage),
    library: {
      function: functions.map((definition) => ({
        signature: {
          name: definition.name,
          inputArg: entriesOf(definition.inputs).map(([name, number]) => ({ name, type: number })),
          outputArg: entriesOf(definition.outputs).map(([name, number]) => ({ name, type: number })),
        },
        nodeDef: definition.nodes.map(nodeMessage),
        ret: entriesOf(definition.results).map(([key, value]) => ({ key, value })),
      })),
    },
    versions: { producer: 1087 },
  };
}

function nodeMessage({ name, op, input, attr }: Node): Message {
  return { name, op, input, attr: entriesOf(attr).map(([key, value]) => ({ key, value })) };
}

export const entriesOf = <T>(record: Readonly<Record<string, T>>): [string, T][] => Object.entries(record);
