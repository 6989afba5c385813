import type { NamedTensors, TensorValue } from '../../../model/tensor.ts';
import { areLarge } from '../../answer/answer_text.ts';
import { encodeBase64 } from '../../json/base64.ts';
import { PIECE_BYTES, type TextPieces } from '../../json/text_pieces.ts';
import { DATATYPE_OF_DTYPE } from '../datatype.ts';
import { bytesOfTensor } from '../request/binary_data.ts';
import type { WantedOutput } from '../request/requested_outputs.ts';
import type { ResponseOutput } from '../schema.ts';

/** The outputs of an inference response: JSON, and the binary data that follows it. */
export interface EncodedOutputs {
  /** Made in pieces if it is long. */
  readonly json: string | TextPieces;
  readonly binary: readonly Uint8Array[];
}

/**
 * Encodes computed tensors.
 * @throws if the computation did not return an output of its signature
 */
export function encodeOutputs(tensors: NamedTensors, wanted: readonly WantedOutput[]): EncodedOutputs {
  const binary: Uint8Array[] = [];
  const outputs = wanted.map(({ name, binary: isBinary }): EncodableOutput => {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new Error(`the computation did not return the output ${name}`);
    const head = { name, shape: [...tensor.shape], datatype: DATATYPE_OF_DTYPE[tensor.dtype] };
    if (!isBinary) return { head, tensor };
    const bytes = bytesOfTensor(tensor);
    binary.push(bytes);
    return { head: { ...head, parameters: { binary_data_size: bytes.length } }, tensor: undefined };
  });
  const json = areLarge(tensors) ? outputPieces(outputs) : outputsText(outputs);
  return { json, binary };
}

interface EncodableOutput {
  readonly head: Head;
  /** Undefined if the output's data is binary. */
  readonly tensor: TensorValue | undefined;
}

function outputsText(outputs: readonly EncodableOutput[]): string {
  const texts = outputs.map(({ head, tensor }) =>
    tensor === undefined ? JSON.stringify(head) : encodeList(head, tensor),
  );
  return `[${texts.join(',')}]`;
}

const ENCODER = new TextEncoder();

/** The number of values written at once. */
const VALUES_AT_ONCE = 2048;

function* outputPieces(outputs: readonly EncodableOutput[]): TextPieces {
  let before = '[';
  for (const { head, tensor } of outputs) {
    yield ENCODER.encode(before);
    before = ',';
    if (tensor === undefined) yield ENCODER.encode(JSON.stringify(head));
    else yield* listPieces(head, tensor);
  }
  yield ENCODER.encode(']');
}

/** Yields the same text as encodeList. */
function* listPieces(head: Head, tensor: TensorValue): TextPieces {
  const isText = tensor.dtype !== 'string' || areUtf8(tensor.values);
  const marked = isText ? head : { ...head, parameters: BASE64 };
  yield ENCODER.encode(`${JSON.stringify(marked).slice(0, -1)},"data":[`);
  const { length } = tensor.values;
  let start = 0;
  while (start < length) {
    const end = Math.min(length, start + valuesAtOnce(tensor, start));
    const text = elementsText(tensor, start, end, isText);
    yield ENCODER.encode(end < length ? `${text},` : text);
    start = end;
  }
  yield ENCODER.encode(']}');
}

/** Returns the number of values to write at once. Strings may be long. */
function valuesAtOnce({ dtype, values }: TensorValue, start: number): number {
  if (dtype !== 'string') return VALUES_AT_ONCE;
  let bytes = 0;
  let count = 0;
  while (count < VALUES_AT_ONCE && start + count < values.length && bytes < PIECE_BYTES) {
    bytes += values[start + count]?.length ?? 0;
    count += 1;
  }
  return count;
}

function elementsText(tensor: TensorValue, start: number, end: number, isText: boolean): string {
  switch (tensor.dtype) {
    case 'float32':
      return floatsText(tensor.values.subarray(start, end)).slice(1, -1);
    case 'int32':
      return tensor.values.subarray(start, end).join(',');
    case 'bool':
      return Array.from(tensor.values.subarray(start, end), (value) => value !== 0).join(',');
    case 'string': {
      const write = isText ? (bytes: Uint8Array) => UTF8.decode(bytes) : encodeBase64;
      return tensor.values
        .slice(start, end)
        .map((bytes) => JSON.stringify(write(bytes)))
        .join(',');
    }
  }
}

type Head = Pick<ResponseOutput, 'name' | 'shape' | 'datatype' | 'parameters'>;

function encodeList(head: Head, tensor: TensorValue): string {
  switch (tensor.dtype) {
    case 'float32':
      return withData(head, floatsText(tensor.values));
    case 'int32':
      return withData(head, `[${tensor.values.join(',')}]`);
    case 'bool':
      return withData(head, JSON.stringify(Array.from(tensor.values, (value) => value !== 0)));
    case 'string': {
      const texts = utf8Texts(tensor.values);
      if (texts !== undefined) return withData(head, JSON.stringify(texts));
      const marked = { ...head, parameters: BASE64 };
      return withData(marked, JSON.stringify(tensor.values.map(encodeBase64)));
    }
  }
}

/** JSON cannot represent bytes. MLServer marks and writes them in this way. */
const BASE64 = { content_type: 'base64' };

function withData(head: object, data: string): string {
  return `${JSON.stringify(head).slice(0, -1)},"data":${data}}`;
}

/**
 * Writes each value as the shortest decimal of its double, which is exact. JSON has neither NaN nor infinities: NaN is
 * written as null, and an infinity as a number that every reader rounds to infinity. Zeros keep their sign.
 */
function floatsText(values: Float32Array): string {
  if (values.every((value) => Number.isFinite(value) && !Object.is(value, -0)))
    return `[${values.join(',')}]`;
  return `[${Array.from(values, floatText).join(',')}]`;
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return 'null';
  if (Object.is(value, -0)) return '-0.0';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '1e999' : '-1e999';
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Returns the texts if all of the bytes are UTF-8. */
function utf8Texts(values: readonly Uint8Array[]): string[] | undefined {
  try {
    return values.map((bytes) => UTF8.decode(bytes));
  } catch {
    return undefined;
  }
}

/** Checks the same without keeping the texts. */
function areUtf8(values: readonly Uint8Array[]): boolean {
  try {
    for (const bytes of values) UTF8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
