import {
  answered,
  bool,
  float,
  type GateCase,
  int,
  operation,
  refused,
  strings,
} from '../../gate/gate_cases/case.ts';

const TYPES = { FP32: 'DT_FLOAT', INT32: 'DT_INT32', BOOL: 'DT_BOOL', BYTES: 'DT_STRING' } as const;

function table(
  keys: 'FP32' | 'INT32' | 'BYTES',
  values: keyof typeof TYPES,
  asked: GateCase['asked'],
): GateCase {
  return operation(
    `a table of ${values} by ${keys}`,
    '_ConstantTableFind',
    { keys, values, query: keys, missing: values },
    { Tin: { type: TYPES[keys] }, Tout: { type: TYPES[values] } },
    values,
    asked,
  );
}

const words = strings([3], ['a', 'b', '']);

/** A table is its definition: the value of an equal key, or that of missing keys. */
export const LOOKUP_TABLE_CASES: readonly GateCase[] = [
  table('BYTES', 'FP32', [
    answered(
      'words in the shape of the query, one of them missing',
      {
        keys: words,
        values: float([3], [1.5, Number.NaN, -0.25]),
        query: strings([2, 2], ['', 'a', 'B', 'b']),
        missing: float([], [-1]),
      },
      float([2, 2], [-0.25, 1.5, -1, Number.NaN]),
    ),
    answered(
      'one word',
      { keys: words, values: float([3], [1, 2, 3]), query: strings([], ['b']), missing: float([], [0]) },
      float([], [2]),
    ),
    answered(
      'no words',
      { keys: words, values: float([3], [1, 2, 3]), query: strings([0]), missing: float([], [0]) },
      float([0]),
    ),
    answered(
      'an empty table',
      { keys: strings([0]), values: float([0]), query: strings([1], ['a']), missing: float([], [7]) },
      float([1], [7]),
    ),
    answered(
      'a key that comes twice with one value',
      {
        keys: strings([2], ['a', 'a']),
        values: float([2], [4, 4]),
        query: strings([1], ['a']),
        missing: float([], [0]),
      },
      float([1], [4]),
    ),
    refused(
      'a key that comes with two values',
      {
        keys: strings([2], ['a', 'a']),
        values: float([2], [4, 5]),
        query: strings([1], ['a']),
        missing: float([], [0]),
      },
      /two values for one key/,
    ),
    refused(
      'fewer values than keys',
      { keys: words, values: float([2], [4, 5]), query: strings([1], ['a']), missing: float([], [0]) },
      /3 keys and 2 values/,
    ),
    refused(
      'several values for missing keys',
      { keys: words, values: float([3], [4, 5, 6]), query: strings([1], ['a']), missing: float([2], [0, 1]) },
      /missing key has the shape \[2\]/,
    ),
  ]),
  table('BYTES', 'INT32', [
    answered(
      'words that differ in one byte that is part of a letter',
      {
        keys: strings([2], ['é', 'è']),
        values: int([2], [2147483647, -2147483648]),
        query: strings([2], ['è', 'é']),
        missing: int([], [0]),
      },
      int([2], [-2147483648, 2147483647]),
    ),
  ]),
  table('BYTES', 'BYTES', [
    answered(
      'words to words',
      {
        keys: strings([2], ['a', 'b']),
        values: strings([2], ['x', '']),
        query: strings([3], ['b', 'c', 'a']),
        missing: strings([], ['?']),
      },
      strings([3], ['', '?', 'x']),
    ),
  ]),
  table('INT32', 'BYTES', [
    answered(
      'class names by number, the extremes among them',
      {
        keys: int([3], [0, 2147483647, -2147483648]),
        values: strings([3], ['cat', 'most', 'least']),
        query: int([1, 4], [2147483647, 0, -1, -2147483648]),
        missing: strings([], ['none']),
      },
      strings([1, 4], ['most', 'cat', 'none', 'least']),
    ),
  ]),
  table('INT32', 'INT32', [
    answered(
      'numbers to numbers',
      {
        keys: int([2], [5, 7]),
        values: int([2], [50, 70]),
        query: int([3], [7, 6, 5]),
        missing: int([], [-1]),
      },
      int([3], [70, -1, 50]),
    ),
  ]),
  table('INT32', 'BOOL', [
    answered(
      'numbers to truths',
      {
        keys: int([2], [5, 7]),
        values: bool([2], [1, 0]),
        query: int([3], [7, 6, 5]),
        missing: bool([], [1]),
      },
      bool([3], [0, 1, 1]),
    ),
  ]),
  table('FP32', 'FP32', [
    answered(
      'zeros of both signs are one key, and NaN is not one',
      {
        keys: float([3], [0, 0.5, Number.NaN]),
        values: float([3], [1, 2, 3]),
        query: float([3], [-0, 0.5, Number.NaN]),
        missing: float([], [-1]),
      },
      float([3], [1, 2, -1]),
    ),
  ]),
  operation('the size of a table', '_ConstantTableSize', { keys: 'BYTES', values: 'FP32' }, {}, 'INT32', [
    answered('of three keys', { keys: words, values: float([3], [1, 2, 3]) }, int([], [3])),
    answered('of none', { keys: strings([0]), values: float([0]) }, int([], [0])),
    answered(
      'of a key that comes twice',
      { keys: strings([2], ['a', 'a']), values: float([2], [4, 4]) },
      int([], [1]),
    ),
  ]),
];
