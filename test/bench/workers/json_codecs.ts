import { SentInPieces } from '../../../worker/http/answer/answer_text.ts';
import { concatBytes } from '../../../worker/http/concat_bytes.ts';
import { decodeInputs } from '../../../worker/http/tensorflow_serving/predict/decode_predict.ts';
import { encodeOutputs } from '../../../worker/http/tensorflow_serving/predict/encode_predict.ts';
import { parsePredictRequest } from '../../../worker/http/tensorflow_serving/predict/parse_predict.ts';
import type { Signature, TensorInfo } from '../../../worker/model/signature.ts';
import { elementCount } from '../../../worker/model/tensor.ts';
import { nest } from '../runs/nested_values.ts';

/** Converts between TensorFlow Serving's JSON, row format, and a tensor's float32 values. */
export interface JsonCodec {
  /** The values of a predict request's body. */
  decode(body: Uint8Array): Float32Array;
  /** The body of a predict answer. */
  encode(values: Float32Array): Uint8Array;
}

/** The product's conversion from a body to tensors, and from tensors to an answer. */
export function ourCodec(shape: readonly number[]): JsonCodec {
  const info: TensorInfo = { name: 'image:0', dtype: 'float32', shape: [-1, ...shape.slice(1)] };
  const signature: Signature = {
    method: 'tensorflow/serving/predict',
    inputs: { image: info },
    outputs: { image: info },
  };
  return {
    decode: (body) => {
      const parsed = parsePredictRequest(body);
      if (parsed.kind === 'invalid') throw new Error(parsed.message);
      const decoded = decodeInputs(parsed.request, signature);
      if (decoded.kind === 'invalid') throw new Error(decoded.message);
      const tensor = decoded.inputs.get('image');
      if (tensor?.dtype !== 'float32') throw new Error('the request has no floats');
      return tensor.values;
    },
    encode: (values) => {
      const outputs = new Map([['image', { dtype: 'float32', shape, values } as const]]);
      const encoded = encodeOutputs(outputs, 'row', 'token');
      if (encoded.kind === 'invalid') throw new Error(encoded.message);
      return encoded.json instanceof SentInPieces ? concatBytes([...encoded.json.pieces]) : encoded.json;
    },
  };
}

/** The conversion of a server that uses the platform's JSON. It checks the number of values, not their shape. */
export function platformCodec(shape: readonly number[]): JsonCodec {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  const length = elementCount(shape);
  return {
    decode: (body) => {
      const request: unknown = JSON.parse(decoder.decode(body));
      const values = new Float32Array(length);
      const count = fill(values, 0, Reflect.get(Object(request), 'instances'));
      if (count !== length) throw new Error(`${count} values where ${length} were expected`);
      return values;
    },
    encode: (values) => encoder.encode(JSON.stringify({ predictions: nest(values, shape) })),
  };
}

/** Writes the numbers of nested lists in order. Returns the index after the last one. */
function fill(values: Float32Array, start: number, member: unknown): number {
  if (typeof member === 'number') {
    values[start] = member;
    return start + 1;
  }
  if (!Array.isArray(member)) throw new Error('neither a number nor a list');
  let at = start;
  for (const inner of member) at = fill(values, at, inner);
  return at;
}
