import {
  type Asked,
  answered,
  flag,
  float,
  type GateCase,
  int,
  operation,
  refused,
  strings,
  text,
} from '../../../gate/gate_cases/case.ts';

type Attributes = Readonly<Record<string, unknown>>;

/** An operation that maps each string to a string. */
const mapped = (
  op: string,
  attr: Attributes,
  of: string,
  given: readonly string[],
  wanted: readonly string[],
): GateCase =>
  operation(`${op} ${of}`, op, { x: 'BYTES' }, attr, 'BYTES', [
    answered(of, { x: strings([given.length], given) }, strings([wanted.length], wanted)),
  ]);

const reduceJoin = (of: string, attr: Attributes, asked: readonly Asked[]): GateCase =>
  operation(`ReduceJoin ${of}`, 'ReduceJoin', { x: 'BYTES', axes: 'INT32' }, attr, 'BYTES', asked);

const LETTERS = strings([2, 2], ['a', 'b', 'c', 'd']);

/** Values from TensorFlow's documentation of each operation, its tests, and C's printf. */
export const STRING_CASES: readonly GateCase[] = [
  operation(
    'StringJoin',
    'StringJoin',
    { a: 'BYTES', b: 'BYTES', c: 'BYTES' },
    { N: { i: '3' }, separator: text(' - ') },
    'BYTES',
    [
      answered(
        'lists and one string',
        { a: strings([2], ['x', '']), b: strings([], ['m']), c: strings([2], ['y', 'é']) },
        strings([2], ['x - m - y', ' - m - é']),
      ),
      answered(
        'scalars',
        { a: strings([], ['a']), b: strings([], ['b']), c: strings([], ['c']) },
        strings([], ['a - b - c']),
      ),
      answered('nothing', { a: strings([0]), b: strings([], ['b']), c: strings([0]) }, strings([0])),
      refused(
        'lists of different lengths',
        { a: strings([2], ['x', 'y']), b: strings([3], ['a', 'b', 'c']), c: strings([], ['c']) },
        /StringJoin: strings of shapes \[2\] and \[3\] cannot be joined/,
      ),
    ],
  ),
  reduceJoin('without a separator', { keep_dims: flag(false), separator: text('') }, [
    answered('the first dimension', { x: LETTERS, axes: int([1], [0]) }, strings([2], ['ac', 'bd'])),
    answered('the last one', { x: LETTERS, axes: int([1], [-1]) }, strings([2], ['ab', 'cd'])),
    answered('both', { x: LETTERS, axes: int([2], [0, 1]) }, strings([], ['acbd'])),
    answered('both in the other order', { x: LETTERS, axes: int([2], [1, 0]) }, strings([], ['abcd'])),
    answered('none', { x: LETTERS, axes: int([0]) }, LETTERS),
    answered('of nothing', { x: strings([0, 2]), axes: int([1], [0]) }, strings([2], ['', ''])),
    refused('one that there is not', { x: LETTERS, axes: int([1], [2]) }, /ReduceJoin: the axis 2/),
    refused('one twice', { x: LETTERS, axes: int([2], [0, -2]) }, /names a dimension twice/),
  ]),
  reduceJoin('with a separator, of dimensions that stay', { keep_dims: flag(true), separator: text('.') }, [
    answered('the first', { x: LETTERS, axes: int([1], [0]) }, strings([1, 2], ['a.c', 'b.d'])),
    answered('both', { x: LETTERS, axes: int([2], [1, 0]) }, strings([1, 1], ['a.b.c.d'])),
  ]),
  mapped(
    'StringLower',
    { encoding: text('') },
    'of ASCII',
    ['CamelCase string', 'ÉA', '9_Z'],
    ['camelcase string', 'Éa', '9_z'],
  ),
  mapped('StringLower', { encoding: text('utf-8') }, 'of UTF-8', ['ÓÓSSCHLOË'], ['óósschloë']),
  mapped(
    'StringUpper',
    { encoding: text('') },
    'of ASCII',
    ['CamelCase string', 'éa'],
    ['CAMELCASE STRING', 'éA'],
  ),
  mapped('StringUpper', { encoding: text('utf-8') }, 'of UTF-8', ['óósschloë'], ['ÓÓSSCHLOË']),
  mapped(
    'StringStrip',
    {},
    'of white space',
    ['\nTensorFlow', '   The python library   ', ' \t\r\n', '', 'a b'],
    ['TensorFlow', 'The python library', '', '', 'a b'],
  ),
  operation('StringLength of bytes', 'StringLength', { x: 'BYTES' }, { unit: text('BYTE') }, 'INT32', [
    answered('words', { x: strings([2, 2], ['Hello', 'TensorFlow', '', '🙂']) }, int([2, 2], [5, 10, 0, 4])),
  ]),
  operation(
    'StringLength of characters',
    'StringLength',
    { x: 'BYTES' },
    { unit: text('UTF8_CHAR') },
    'INT32',
    [
      answered('words', { x: strings([3], ['Hello', '🙂é', '']) }, int([3], [5, 2, 0])),
      answered('no words', { x: strings([0]) }, int([0])),
    ],
  ),
  operation('AddV2 of strings', 'AddV2', { a: 'BYTES', b: 'BYTES' }, { T: { type: 'DT_STRING' } }, 'BYTES', [
    answered(
      'a list and one string',
      { a: strings([2], ['a', 'b']), b: strings([], ['!']) },
      strings([2], ['a!', 'b!']),
    ),
    answered(
      'a column and a row',
      { a: strings([2, 1], ['a', 'b']), b: strings([2], ['c', 'd']) },
      strings([2, 2], ['ac', 'ad', 'bc', 'bd']),
    ),
  ]),
  operation(
    'StringToNumber to floats',
    'StringToNumber',
    { x: 'BYTES' },
    { out_type: { type: 'DT_FLOAT' } },
    'FP32',
    [
      answered(
        'numbers',
        { x: strings([7], ['1.5', ' -2e3 ', '.5', '7', 'inf', '-Infinity', 'nan']) },
        float([7], [1.5, -2000, 0.5, 7, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]),
      ),
      refused('a word', { x: strings([1], ['one']) }, /StringToNumber: "one" is no number/),
      refused('nothing', { x: strings([1], ['']) }, /"" is no number/),
    ],
  ),
  operation(
    'StringToNumber to integers',
    'StringToNumber',
    { x: 'BYTES' },
    { out_type: { type: 'DT_INT32' } },
    'INT32',
    [
      answered('integers', { x: strings([3], ['-5', '2147483647', ' 7']) }, int([3], [-5, 2147483647, 7])),
      refused('what 32 bits do not hold', { x: strings([1], ['2147483648']) }, /is no integer/),
      refused('a fraction', { x: strings([1], ['1.5']) }, /"1.5" is no integer/),
    ],
  ),
  operation(
    'StringNGrams of pads in capitals',
    'StringNGrams',
    { x: 'BYTES', splits: 'INT32' },
    {
      separator: text('|X|'),
      left_pad: text('LP'),
      right_pad: text('RP'),
      ngram_widths: { list: { i: ['3'] } },
      pad_width: { i: '-1' },
      preserve_short_sequences: flag(false),
    },
    'BYTES',
    [
      answered(
        'two words',
        { x: strings([2], ['a', 'b']), splits: int([2], [0, 2]) },
        strings([4], ['LP|X|LP|X|a', 'LP|X|a|X|b', 'a|X|b|X|RP', 'b|X|RP|X|RP']),
      ),
    ],
  ),
  operation(
    'UniqueV2 of strings',
    'UniqueV2',
    { x: 'BYTES', axis: 'INT32' },
    { T: { type: 'DT_STRING' }, out_idx: { type: 'DT_INT32' }, Taxis: { type: 'DT_INT32' } },
    'BYTES',
    [
      answered(
        'words',
        { x: strings([4], ['b', 'a', 'b', '']), axis: int([0]) },
        strings([3], ['b', 'a', '']),
      ),
    ],
  ),
  operation(
    'UniqueWithCounts: counts',
    'UniqueWithCounts',
    { x: 'FP32' },
    { T: { type: 'DT_FLOAT' }, out_idx: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'the example of the documentation',
        { x: float([9], [1, 1, 2, 4, 4, 4, 7, 8, 8]) },
        int([5], [2, 1, 3, 1, 2]),
      ),
      answered('NaN, which equals nothing', { x: float([2], [Number.NaN, Number.NaN]) }, int([2], [1, 1])),
      answered('nothing', { x: float([0]) }, int([0])),
    ],
    2,
  ),
  operation(
    'StringToHashBucketFast of words',
    'StringToHashBucketFast',
    { x: 'BYTES' },
    { num_buckets: { i: '3' } },
    'INT32',
    [answered('words', { x: strings([3], ['Hello', 'TensorFlow', '2.x']) }, int([3], [0, 2, 2]))],
  ),
  operation(
    'SparseCross of columns that are not sparse',
    'SparseCross',
    { a: 'BYTES', b: 'INT32' },
    { N: { i: '0' }, hashed_output: { b: true }, hash_key: { i: '956888297470' }, num_buckets: { i: '5' } },
    'INT32',
    [
      answered(
        'the example of HashedCrossing in the documentation',
        { a: strings([5, 1], ['A', 'B', 'A', 'B', 'A']), b: int([5, 1], [101, 101, 101, 102, 102]) },
        int([5], [1, 4, 1, 1, 3]),
      ),
      answered('no rows', { a: strings([0, 1]), b: int([0, 1]) }, int([0])),
      refused(
        'different numbers of rows',
        { a: strings([1, 1], ['A']), b: int([2, 1], [1, 2]) },
        /SparseCross: its columns are not matrices of as many rows/,
      ),
    ],
    1,
  ),
  ...[
    ['StringToHashBucket', {}, [8, 0, 7]],
    ['StringToHashBucketFast', {}, [9, 2, 2]],
    ['StringToHashBucketStrong', { key: { list: { i: ['98765', '132'] } } }, [4, 2, 8]],
  ].map(([op, attr, wanted]) =>
    operation(
      String(op),
      String(op),
      { x: 'BYTES' },
      { num_buckets: { i: '10' }, ...(attr as Attributes) },
      'INT32',
      [
        answered('letters', { x: strings([3], ['a', 'b', 'c']) }, int([3], wanted as number[])),
        answered('no words', { x: strings([0, 2]) }, int([0, 2])),
      ],
    ),
  ),
];
