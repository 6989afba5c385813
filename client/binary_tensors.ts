import type { NamedTensors, TensorValue } from '../worker/model/tensor.ts';
import type { OutputTensor } from '../worker/rpc/api.ts';

/** The header of the extension for binary tensor data of the Open Inference Protocol: the length of the JSON. */
const LENGTH_HEADER = 'inference-header-content-length';

const DATATYPES = { float32: 'FP32', int32: 'INT32', bool: 'BOOL', string: 'BYTES' } as const;

interface EncodedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Blob;
}

/** Encodes a request: JSON, and the bytes of the inputs after it. All outputs are asked for in binary. */
export function encodeRequest(
  inputs: NamedTensors,
  outputs: readonly string[] | undefined,
  signature: string | undefined,
): EncodedRequest {
  const parts: BlobPart[] = [];
  const heads = [...inputs].map(([name, tensor]) => {
    const bytes = bytesOf(tensor);
    parts.push(bytes);
    const parameters = { binary_data_size: bytes.byteLength };
    return { name, shape: tensor.shape, datatype: DATATYPES[tensor.dtype], parameters };
  });
  const json = new TextEncoder().encode(
    JSON.stringify({
      inputs: heads,
      parameters: { binary_data_output: true, ...(signature !== undefined && { signature_name: signature }) },
      ...(outputs !== undefined && { outputs: outputs.map((name) => ({ name })) }),
    }),
  );
  return { headers: { [LENGTH_HEADER]: String(json.byteLength) }, body: new Blob([json, ...parts]) };
}

/** Bytes in the order of the machine, which is little-endian everywhere that JavaScript runs. */
function bytesOf({ dtype, values }: TensorValue): Uint8Array<ArrayBuffer> {
  if (dtype !== 'string') {
    return new Uint8Array(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  const bytes = new Uint8Array(values.reduce((sum, { length }) => sum + 4 + length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const value of values) {
    view.setUint32(at, value.length, true);
    bytes.set(value, at + 4);
    at += 4 + value.length;
  }
  return bytes;
}

/** The server's answer is not what the protocol says. */
export class AnswerError extends Error {
  readonly code = 'ERR_ANSWER_INVALID';
}

/**
 * Decodes the outputs of an answer.
 *
 * @throws AnswerError
 */
export async function decodeAnswer(response: Response): Promise<Record<string, OutputTensor>> {
  const buffer = await response.arrayBuffer();
  const length = Number(response.headers.get(LENGTH_HEADER) ?? buffer.byteLength);
  const document: unknown = JSON.parse(new TextDecoder().decode(buffer.slice(0, length)));
  const outputs: Record<string, OutputTensor> = {};
  let at = length;
  for (const { name, datatype, shape, size } of headsOf(document)) {
    if (at + size > buffer.byteLength) throw new AnswerError('the answer is shorter than it says');
    outputs[name] = tensorOf(datatype, shape, buffer.slice(at, at + size));
    at += size;
  }
  return outputs;
}

interface Head {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly size: number;
}

function headsOf(document: unknown): Head[] {
  const outputs = member(document, 'outputs');
  if (!Array.isArray(outputs)) throw new AnswerError('the answer has no outputs');
  return outputs.map((output: unknown) => {
    const [name, datatype, shape] = [
      member(output, 'name'),
      member(output, 'datatype'),
      member(output, 'shape'),
    ];
    const size = member(member(output, 'parameters'), 'binary_data_size');
    if (
      typeof name !== 'string' ||
      typeof datatype !== 'string' ||
      !isNumbers(shape) ||
      typeof size !== 'number'
    ) {
      throw new AnswerError('the answer has an output without name, datatype, shape or size');
    }
    return { name, datatype, shape, size };
  });
}

/** Returns a member of an object, or undefined. */
export function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'number');
}

function tensorOf(datatype: string, shape: readonly number[], bytes: ArrayBuffer): OutputTensor {
  switch (datatype) {
    case 'FP32':
      return { dtype: 'float32', shape, values: new Float32Array(bytes) };
    case 'INT32':
      return { dtype: 'int32', shape, values: new Int32Array(bytes) };
    case 'BOOL':
      return { dtype: 'bool', shape, values: new Uint8Array(bytes) };
    case 'BYTES':
      return { dtype: 'string', shape, values: stringsOf(bytes) };
    default:
      throw new AnswerError(`the answer has the datatype ${datatype}`);
  }
}

function stringsOf(bytes: ArrayBuffer): Uint8Array[] {
  const view = new DataView(bytes);
  const values: Uint8Array[] = [];
  for (let at = 0; at < bytes.byteLength; ) {
    const length = view.getUint32(at, true);
    values.push(new Uint8Array(bytes.slice(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return values;
}
