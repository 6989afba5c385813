import { describe, expect, test } from 'vitest';
import { SentInPieces } from '../../../worker/http/answer/answer_text.ts';
import { concatBytes } from '../../../worker/http/concat_bytes.ts';
import { encodeOutputs as encodeInference } from '../../../worker/http/open_inference/answer/encode_outputs.ts';
import { encodeOutputs } from '../../../worker/http/tensorflow_serving/predict/encode_predict.ts';
import type { TensorValue } from '../../../worker/model/tensor.ts';

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const countOf = (shape: readonly number[]) => shape.reduce((count, size) => count * size, 1);
const floats = (shape: number[]): TensorValue => ({
  dtype: 'float32',
  shape,
  values: Float32Array.from({ length: countOf(shape) }, (_, index) => (index % 1000) / 8 - 7),
});
const integers = (shape: number[]): TensorValue => ({
  dtype: 'int32',
  shape,
  values: Int32Array.from({ length: countOf(shape) }, (_, index) => index - 5),
});
const bools = (shape: number[]): TensorValue => ({
  dtype: 'bool',
  shape,
  values: Uint8Array.from({ length: countOf(shape) }, (_, index) => (index % 3) & 1),
});
const texts = (shape: number[], text: string): TensorValue => ({
  dtype: 'string',
  shape,
  values: Array.from({ length: countOf(shape) }, (_, index) => new TextEncoder().encode(`${text}${index}`)),
});

/** A tensor's values as JSON has them. */
function flat({ dtype, values }: TensorValue): unknown[] {
  if (dtype === 'string') return values.map((bytes) => DECODER.decode(bytes));
  return dtype === 'bool' ? Array.from(values, (value) => value !== 0) : [...values];
}

function nested(values: readonly unknown[], shape: readonly number[]): unknown {
  const [size = 1, ...inner] = shape;
  if (shape.length <= 1) return values;
  const stride = values.length / size;
  return Array.from({ length: size }, (_, index) =>
    nested(values.slice(index * stride, (index + 1) * stride), inner),
  );
}

const TENSORS: readonly (readonly [name: string, tensor: TensorValue])[] = [
  ['floats in one list', floats([40_000])],
  ['floats in one row', floats([1, 50_000])],
  ['floats in long rows', floats([3, 20_000])],
  ['floats in short rows', floats([20_000, 3])],
  ['floats in rows that make no whole piece', floats([7, 4999])],
  ['images', floats([2, 60, 100, 3])],
  ['floats of more dimensions than are written at once', floats([2, 1, 1, 1, 1, 1, 1, 1, 1, 20_000])],
  ['integers in rows', integers([50, 1000])],
  ['booleans in rows', bools([1000, 40])],
  ['strings', texts([200, 200], 'ä"\\\n')],
  ['long strings', texts([2, 3], '\u{1f600}é'.repeat(20_000))],
];

describe('an answer that is sent in pieces has the values of its tensors', () => {
  test.each(TENSORS)('%s, in both protocols', (_name, tensor) => {
    const outputs = new Map([['y', tensor]]);
    const encoded = encodeOutputs(outputs, 'row');
    if (encoded.kind !== 'encoded' || !(encoded.json instanceof SentInPieces))
      throw new Error('is not large');
    const pieces = [...encoded.json.pieces];
    expect(JSON.parse(DECODER.decode(concatBytes(pieces)))).toEqual({
      predictions: nested(flat(tensor), tensor.shape),
    });
    const { json } = encodeInference(outputs, [{ name: 'y', binary: false }]);
    if (typeof json === 'string') throw new Error('is not large');
    expect(JSON.parse(DECODER.decode(concatBytes([...json])))).toMatchObject([
      { name: 'y', shape: tensor.shape, data: flat(tensor) },
    ]);
  });

  test.each(['row', 'columnar'] as const)('several outputs, %s', (format) => {
    const [b, a] = [floats([20_000, 2]), texts([20_000], 'text ')];
    const encoded = encodeOutputs(new Map(Object.entries({ b, a })), format);
    if (encoded.kind !== 'encoded' || !(encoded.json instanceof SentInPieces))
      throw new Error('is not large');
    const [rows, strings] = [nested(flat(b), [20_000, 2]), flat(a)];
    const expected =
      format === 'columnar'
        ? { outputs: { a: strings, b: rows } }
        : { predictions: strings.map((text, row) => ({ a: text, b: Reflect.get(Object(rows), row) })) };
    expect(JSON.parse(DECODER.decode(concatBytes([...encoded.json.pieces])))).toEqual(expected);
  });

  test('NaN and infinities are written as in a small answer', () => {
    const values = new Float32Array(40_000);
    values.set([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0], 39_000);
    const { json } = encodeInference(new Map([['y', { dtype: 'float32', shape: [40_000], values }]]), [
      { name: 'y', binary: false },
    ]);
    if (typeof json === 'string') throw new Error('is not large');
    expect(DECODER.decode(concatBytes([...json]))).toContain('0,null,1e999,-1e999,-0.0,0');
  });
});
