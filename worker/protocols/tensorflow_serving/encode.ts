import { elementCount, type NamedTensors, type TensorValue } from '../../runtime/tensor.ts';
import { float32Text } from './float_text.ts';

export type EncodeOutcome =
  | { readonly kind: 'encoded'; readonly text: string }
  /** These outputs have no such form. */
  | { readonly kind: 'invalid'; readonly message: string };

/**
 * The body of a predict answer in the format of the request (json_tensor.cc): `predictions` by row, with one
 * value or object for each element of the batch, or `outputs` by column. A single output stands without its
 * name; several stand in alphabetical order.
 */
export function encodeOutputs(outputs: NamedTensors, format: 'row' | 'columnar'): EncodeOutcome {
  const named = [...outputs].sort(([left], [right]) => (left < right ? -1 : 1));
  if (named.length === 0) return { kind: 'invalid', message: 'Cannot convert empty tensor map to JSON' };
  return format === 'row' ? encodeRow(named) : encodeColumnar(named);
}

type NamedTensor = readonly [name: string, tensor: TensorValue];

function encodeColumnar(outputs: readonly NamedTensor[]): EncodeOutcome {
  const writers = outputs.map(writerOf);
  const [only] = writers;
  const text =
    only !== undefined && writers.length === 1
      ? only.write(0, 0)
      : `{${writers.map(({ key, write }) => key + write(0, 0)).join(',')}}`;
  return { kind: 'encoded', text: `{"outputs":${text}}` };
}

function encodeRow(outputs: readonly NamedTensor[]): EncodeOutcome {
  let batch: number | undefined;
  for (const [name, { shape }] of outputs) {
    const [size] = shape;
    if (size === undefined)
      return { kind: 'invalid', message: `Tensor name: ${name} has no shape information ` };
    if (batch !== undefined && size !== batch) {
      const sizes = `inconsistent batch size: ${size} expecting: ${batch}`;
      return { kind: 'invalid', message: `Tensor name: ${name} has ${sizes}` };
    }
    batch = size;
  }

  const writers = outputs.map(writerOf);
  const [only] = writers;
  // The list of a single output's rows is that output.
  if (only !== undefined && writers.length === 1) {
    return { kind: 'encoded', text: `{"predictions":${only.write(0, 0)}}` };
  }
  const rows: string[] = [];
  for (let item = 0; item < (batch ?? 0); item++) {
    const members = writers.map(({ key, write, elementSize }) => key + write(1, item * elementSize));
    rows.push(`{${members.join(',')}}`);
  }
  return { kind: 'encoded', text: `{"predictions":[${rows.join(',')}]}` };
}

interface TensorWriter {
  /** The name as a JSON key, with its colon. */
  readonly key: string;
  /** How many values one element of the first dimension has. */
  readonly elementSize: number;
  /** The JSON of the dimensions from `axis` on, their values beginning at `offset`. */
  readonly write: (axis: number, offset: number) => string;
}

function writerOf([name, tensor]: NamedTensor): TensorWriter {
  const { shape } = tensor;
  const run = runWriter(name, tensor);
  // How many values one element of each dimension has.
  const strides = shape.map((_, axis) => elementCount(shape.slice(axis + 1)));

  const write = (axis: number, offset: number): string => {
    const size = shape[axis];
    if (size === undefined) return run(offset, offset + 1);
    if (axis === shape.length - 1) return `[${run(offset, offset + size)}]`;
    const stride = strides[axis] ?? 1;
    let text = '';
    for (let index = 0; index < size; index++) {
      if (index > 0) text += ',';
      text += write(axis + 1, offset + index * stride);
    }
    return `[${text}]`;
  };
  return { key: `${JSON.stringify(name)}:`, elementSize: strides[0] ?? 1, write };
}

/** What a string output's name ends with whose values are bytes and not text. */
const BYTES_SUFFIX = '_bytes';

/** Writes the values from `start` to before `end`, with commas between them. */
function runWriter(name: string, tensor: TensorValue): (start: number, end: number) => string {
  switch (tensor.dtype) {
    case 'float32':
      return (start, end) => joined(tensor.values, start, end, float32Text);
    case 'int32':
      return (start, end) => joined(tensor.values, start, end, String);
    case 'bool':
      return (start, end) => joined(tensor.values, start, end, boolText);
    case 'string': {
      const textOf = name.endsWith(BYTES_SUFFIX) ? base64Object : utf8Text;
      return (start, end) => joined(tensor.values, start, end, textOf);
    }
  }
}

/** Values are joined in blocks: a string that grows by one value at a time is slow to make flat. */
const BLOCK_LENGTH = 256;

function joined<Value>(
  values: ArrayLike<Value>,
  start: number,
  end: number,
  textOf: (value: Value) => string,
): string {
  let text = '';
  let block: string[] = [];
  for (let offset = start; offset < end; offset++) {
    const value = values[offset];
    if (value === undefined)
      throw new Error(`A tensor has no value ${offset}, but a shape that needs ${end}`);
    block.push(textOf(value));
    if (block.length === BLOCK_LENGTH && offset + 1 < end) {
      text += `${block.join(',')},`;
      block = [];
    }
  }
  return text + block.join(',');
}

function boolText(value: number): string {
  return value === 0 ? 'false' : 'true';
}

// A leading U+FEFF is part of the string, not a mark to drop.
const DECODER = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });

function utf8Text(bytes: Uint8Array): string {
  return JSON.stringify(DECODER.decode(bytes));
}

function base64Object(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return `{"b64":"${btoa(binary)}"}`;
}
