import type { NamedTensors, TensorValue } from '../../../runtime/tensor.ts';
import { DATATYPE_OF_DTYPE } from '../datatype.ts';
import { bytesOfTensor } from '../request/binary_data.ts';
import type { WantedOutput } from '../request/requested_outputs.ts';
import type { ResponseOutput } from '../schema.ts';

/** An inference response's outputs: their JSON, and the binary data that follows it. */
export interface EncodedOutputs {
  readonly json: string;
  readonly binary: readonly Uint8Array[];
}

/** Encodes computed tensors. @throws where the computation left out an output of its signature: a fault. */
export function encodeOutputs(tensors: NamedTensors, wanted: readonly WantedOutput[]): EncodedOutputs {
  const binary: Uint8Array[] = [];
  const outputs = wanted.map(({ name, binary: isBinary }) => {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new Error(`there is no output ${name}`);
    const head = { name, shape: [...tensor.shape], datatype: DATATYPE_OF_DTYPE[tensor.dtype] };
    if (!isBinary) return encodeList(head, tensor);
    const bytes = bytesOfTensor(tensor);
    binary.push(bytes);
    return JSON.stringify({ ...head, parameters: { binary_data_size: bytes.length } });
  });
  return { json: `[${outputs.join(',')}]`, binary };
}

type Head = Pick<ResponseOutput, 'name' | 'shape' | 'datatype'>;

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
      // JSON has no bytes. This is how MLServer marks and writes them.
      const marked = { ...head, parameters: { content_type: 'base64' } };
      return withData(marked, JSON.stringify(tensor.values.map(base64Text)));
    }
  }
}

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

/** The texts, if all of the bytes are UTF-8. */
function utf8Texts(values: readonly Uint8Array[]): string[] | undefined {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    return values.map((bytes) => decoder.decode(bytes));
  } catch {
    return undefined;
  }
}

function base64Text(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
