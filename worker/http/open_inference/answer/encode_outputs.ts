import type { NamedTensors, TensorValue } from '../../../model/tensor.ts';
import { areLarge } from '../../answer_text.ts';
import { encodeBase64 } from '../../json/base64.ts';
import { PIECE_BYTES, type TextPieces } from '../../json/text_pieces.ts';
import { DATATYPE_OF_DTYPE } from '../datatype.ts';
import { bytesOfTensor } from '../request/binary_data.ts';
import type { WantedOutput } from '../request/requested_outputs.ts';
import type { ResponseOutput } from '../schema.ts';

/** An inference response's outputs: their JSON, and the binary data that follows it. */
export interface EncodedOutputs {
  /** Made a piece at a time where there is much of it. */
  readonly json: string | TextPieces;
  readonly binary: readonly Uint8Array[];
}

/** Encodes computed tensors. @throws where the computation left out an output of its signature: a fault. */
export function encodeOutputs(tensors: NamedTensors, wanted: readonly WantedOutput[]): EncodedOutputs {
  const binary: Uint8Array[] = [];
  const outputs = wanted.map(({ name, binary: isBinary }): EncodableOutput => {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new Error(`there is no output ${name}`);
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
  /** Undefined where its data is binary. */
  readonly tensor: TensorValue | undefined;
}

function outputsText(outputs: readonly EncodableOutput[]): string {
  const texts = outputs.map(({ head, tensor }) =>
    tensor === undefined ? JSON.stringify(head) : encodeList(head, tensor),
  );
  return `[${texts.join(',')}]`;
}

const ENCODER = new TextEncoder();

/** So many values are written at once. */
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

/** The same as encodeList writes. */
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

/** Strings may be long. */
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

/** JSON has no bytes. This is how MLServer marks and writes them. */
const BASE64 = { content_type: 'base64' };

function withData(head: object, data: string): string {
  return `${JSON.stringify(head).slice(0, -1)},"data":${data}}`;
}

/**
 * Each as the shortest decimal of its double, which is exact. JSON has neither NaN nor infinities: the one is
 * written null, the others as a number that every reader takes for them. Zeros keep their sign.
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

/** The texts, if all of the bytes are UTF-8. */
function utf8Texts(values: readonly Uint8Array[]): string[] | undefined {
  try {
    return values.map((bytes) => UTF8.decode(bytes));
  } catch {
    return undefined;
  }
}

/** The same where the texts would be too many to be kept. */
function areUtf8(values: readonly Uint8Array[]): boolean {
  try {
    for (const bytes of values) UTF8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
