import { describe, expect, test } from 'vitest';
import { encodeOutputs as encodeJson } from '../../../worker/http/tensorflow_serving/predict/encode_predict.ts';
import type { TensorValue } from '../../../worker/model/tensor.ts';
import { answerBytes } from '../../fixtures/worker/answer_bytes.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const ints = (shape: number[], ...values: number[]): TensorValue => ({
  dtype: 'int32',
  shape,
  values: Int32Array.from(values),
});
const floats = (shape: number[], ...values: number[]): TensorValue => ({
  dtype: 'float32',
  shape,
  values: Float32Array.from(values),
});
const strings = (shape: number[], ...values: string[]): TensorValue => ({
  dtype: 'string',
  shape,
  values: values.map(bytes),
});

function encodeOutputs(...parameters: Parameters<typeof encodeJson>) {
  const outcome = encodeJson(...parameters);
  return outcome.kind === 'invalid' ? outcome : text(new TextDecoder().decode(answerBytes(outcome.json)));
}

const text = (text: string) => ({ kind: 'encoded', text });
const fault = (message: string) => ({ kind: 'invalid', message });

const SIX_PAIRS = ints([2, 3, 2], 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2);
const PAIRS_TEXT = '[[[1,2],[3,4],[5,6]],[[7,8],[9,0],[1,2]]]';

describe('one output', () => {
  test.each<[string, string, TensorValue, string]>([
    ['a nested list', 'y', SIX_PAIRS, PAIRS_TEXT],
    ['a list of scalars', 'y', ints([5], 1, 2, 3, 4, 5), '[1,2,3,4,5]'],
    ['negative integers', 'y', ints([2], -1, -2147483648), '[-1,-2147483648]'],
    ['whole floats', 'y', floats([1, 3], 2.5, 3, -4), '[[2.5,3.0,-4.0]]'],
    [
      'floats of six digits and more',
      'y',
      floats([2, 3], 9000000, 999999, 0.5, 0.1, 0.00003, 1 / 3),
      '[[9e+06,999999.0,0.5],[0.1,3e-05,0.333333343]]',
    ],
    [
      'floats that are no numbers',
      'y',
      floats([2, 2], Number.NaN, Number.POSITIVE_INFINITY, 3, Number.NEGATIVE_INFINITY),
      '[[NaN,Infinity],[3.0,-Infinity]]',
    ],
    ['booleans', 'y', { dtype: 'bool', shape: [2], values: Uint8Array.of(1, 0) }, '[true,false]'],
    ['text', 'y', strings([2], 'a"\\\n', '€😀'), '["a\\"\\\\\\n","€😀"]'],
    [
      'bytes',
      'y_bytes',
      strings([2, 2], 'hello', 'world', 'tf', 'serving'),
      '[[{"b64":"aGVsbG8="},{"b64":"d29ybGQ="}],[{"b64":"dGY="},{"b64":"c2VydmluZw=="}]]',
    ],
    ['a name in _bytes that is no string', 'y_bytes', ints([1], 7), '[7]'],
    ['an empty batch', 'y', ints([0, 2]), '[]'],
    ['empty rows', 'y', ints([2, 0]), '[[],[]]'],
  ])('%s', (_, name, tensor, list) => {
    const outputs = new Map([[name, tensor]]);
    expect(encodeOutputs(outputs, 'row')).toEqual(text(`{"predictions":${list}}`));
    expect(encodeOutputs(outputs, 'columnar')).toEqual(text(`{"outputs":${list}}`));
  });

  test('bytes that are not UTF-8 still become valid JSON', () => {
    const tensor: TensorValue = { dtype: 'string', shape: [1], values: [Uint8Array.of(0xff)] };
    expect(encodeOutputs(new Map([['y', tensor]]), 'row')).toEqual(text('{"predictions":["\ufffd"]}'));
    expect(encodeOutputs(new Map([['y_bytes', tensor]]), 'row')).toEqual(
      text('{"predictions":[{"b64":"/w=="}]}'),
    );
  });

  test('a scalar can be encoded by column and not by row', () => {
    const outputs = new Map([['y', floats([], 42)]]);
    expect(encodeOutputs(outputs, 'columnar')).toEqual(text('{"outputs":42.0}'));
    expect(encodeOutputs(outputs, 'row')).toEqual(fault('Tensor name: y has no shape information '));
  });

  test('NaN and infinities are null where strict JSON is asked for', () => {
    const tensor = floats([4], Number.NaN, Number.POSITIVE_INFINITY, 3, Number.NEGATIVE_INFINITY);
    expect(encodeOutputs(new Map([['y', tensor]]), 'row', 'null')).toEqual(
      text('{"predictions":[null,null,3.0,null]}'),
    );
  });

  test('a long list keeps every value', () => {
    const values = Array.from({ length: 1000 }, (_, index) => index);
    expect(encodeOutputs(new Map([['y', ints([1000], ...values)]]), 'row')).toEqual(
      text(JSON.stringify({ predictions: values })),
    );
  });
});

describe('several outputs', () => {
  const outputs = new Map<string, TensorValue>([
    ['strings_bytes', strings([2, 2], 'hello', 'world', 'tf', 'serving')],
    ['pairs', SIX_PAIRS],
    ['floats', floats([2, 1], 1, 2)],
    ['a "name"', ints([2], 8, 9)],
  ]);

  test('by row, in alphabetical order', () => {
    expect(encodeOutputs(outputs, 'row')).toEqual(
      text(
        '{"predictions":[' +
          '{"a \\"name\\"":8,"floats":[1.0],"pairs":[[1,2],[3,4],[5,6]],"strings_bytes":[{"b64":"aGVsbG8="},{"b64":"d29ybGQ="}]},' +
          '{"a \\"name\\"":9,"floats":[2.0],"pairs":[[7,8],[9,0],[1,2]],"strings_bytes":[{"b64":"dGY="},{"b64":"c2VydmluZw=="}]}]}',
      ),
    );
  });

  test('by column, in alphabetical order', () => {
    expect(encodeOutputs(outputs, 'columnar')).toEqual(
      text(
        `{"outputs":{"a \\"name\\"":[8,9],"floats":[[1.0],[2.0]],"pairs":${PAIRS_TEXT},` +
          '"strings_bytes":[[{"b64":"aGVsbG8="},{"b64":"d29ybGQ="}],[{"b64":"dGY="},{"b64":"c2VydmluZw=="}]]}}',
      ),
    );
  });

  test('an empty batch has no rows', () => {
    const empty = new Map([
      ['a', ints([0, 2])],
      ['b', ints([0])],
    ]);
    expect(encodeOutputs(empty, 'row')).toEqual(text('{"predictions":[]}'));
  });

  test('batches of two sizes have no rows', () => {
    const uneven = new Map([
      ['a', ints([2], 1, 2)],
      ['b', ints([1], 1)],
    ]);
    expect(encodeOutputs(uneven, 'row')).toEqual(
      fault('Tensor name: b has inconsistent batch size: 1 expecting: 2'),
    );
    expect(encodeOutputs(uneven, 'columnar')).toEqual(text('{"outputs":{"a":[1,2],"b":[1]}}'));
  });
});

test('no outputs are an error', () => {
  expect(encodeOutputs(new Map(), 'row')).toEqual(fault('Cannot convert empty tensor map to JSON'));
});
