import { describe, expect, test } from 'vitest';
import type { DataType } from '../../../worker/model/dtype.ts';
import { decoded, fault, floats, ints, type signature, strings } from '../../fixtures/worker/decoding.ts';

describe('by column', () => {
  test.each<[string, DataType, unknown]>([
    ['[[[1,2],[3,4],[5,6]]]', 'int32', ints([1, 3, 2], 1, 2, 3, 4, 5, 6)],
    ['{"x": [[[1,2],[3,4],[5,6]]]}', 'int32', ints([1, 3, 2], 1, 2, 3, 4, 5, 6)],
    ['7', 'float32', floats([], 7)],
    ['{"b64": "aGVsbG8="}', 'string', strings([], 'hello')],
    ['{"x": {"b64": "aGVsbG8="}}', 'string', strings([], 'hello')],
    ['[]', 'int32', ints([0])],
  ])('%s as %s', (inputs, dtype, tensor) => {
    expect(decoded(`{"inputs": ${inputs}}`, { x: dtype })).toEqual({ x: tensor });
  });

  test('several inputs of any batch size, and keys that are not inputs', () => {
    const text = '{"inputs": {"a": [1, 2], "b": [["foo"]], "other": {}}}';
    expect(decoded(text, { a: ['int32', [-1]], b: ['string', [1, 1]] })).toEqual({
      a: ints([2], 1, 2),
      b: strings([1, 1], 'foo'),
    });
  });

  test('inputs by the names of Object.prototype', () => {
    const inputs = Object.fromEntries([['toString', 'int32' as const]]);
    expect(decoded('{"inputs": {"toString": 1}}', inputs)).toEqual({ toString: ints([], 1) });
    expect(fault('{"inputs": {"a": 1}}', inputs)).toBe("Missing named input: toString in 'inputs' object.");
  });

  test.each<[string, string, Parameters<typeof signature>[0], string]>([
    ['a missing input', '{"a": 1}', { a: 'int32', b: 'int32' }, "Missing named input: b in 'inputs' object."],
    [
      'a list for several inputs',
      '[1]',
      { a: 'int32', b: 'int32' },
      'inputs is a plain value/list, but expecting an object as multiple input tensors required as per tensorinfo_map',
    ],
    [
      'a ragged list',
      '[[1,2],[3,4,5]]',
      { x: 'int32' },
      'input x: Encountered list at unexpected size: 3 at level: 1 expected size: 2 at [1]',
    ],
    [
      'a deeper list',
      '[[1,2],[3,[4]]]',
      { x: 'int32' },
      'input x: Encountered list at unexpected level: 2 expected < 2 at [1][1]',
    ],
    [
      'a value beside lists',
      '[[1,2],3]',
      { x: 'int32' },
      'input x: JSON Value: 3 found at incorrect level: 2 in the JSON DOM. Expected at level: 2 at [1]',
    ],
    [
      'another shape than the signature',
      '{"x": [1, 2, 3]}',
      { x: ['int32', [2]] },
      'input x: Expecting shape [2] but got: [3]',
    ],
  ])('%s', (_, inputs, infos, message) => {
    expect(fault(`{"inputs": ${inputs}}`, infos)).toBe(message);
  });
});
