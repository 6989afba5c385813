import {
  answered,
  bool,
  flag,
  type GateCase,
  int,
  integers,
  operation,
  refused,
  strings,
  text,
} from '../../../gate/gate_cases/case.ts';

/** Values by the documentation of tf.strings and tf.io.decode_raw. */
export const FIXED_PATTERN_CASES: readonly GateCase[] = [
  operation('StringStrip', 'StringStrip', { x: 'BYTES' }, {}, 'BYTES', [
    answered(
      'spaces, tabs and line ends on both sides',
      { x: strings([3], [' a b ', '\t\n', 'x']) },
      strings([3], ['a b', '', 'x']),
    ),
    answered('a scalar', { x: strings([], ['\r\v\fq ']) }, strings([], ['q'])),
    answered('nothing', { x: strings([0]) }, strings([0])),
  ]),
  operation(
    'StringNGrams of two',
    'StringNGrams',
    { x: 'BYTES', splits: 'INT32' },
    {
      separator: text('|'),
      ngram_widths: integers(2),
      left_pad: text('L'),
      right_pad: text('R'),
      pad_width: { i: '0' },
      preserve_short_sequences: flag(false),
      Tsplits: { type: 'DT_INT32' },
    },
    'BYTES',
    [
      answered(
        'a row of one has none',
        { x: strings([4], ['a', 'b', 'c', 'd']), splits: int([3], [0, 3, 4]) },
        strings([2], ['a|b', 'b|c']),
      ),
      answered('no rows', { x: strings([0]), splits: int([1], [0]) }, strings([0])),
    ],
  ),
  operation(
    'StringNGrams of two, splits',
    'StringNGrams',
    { x: 'BYTES', splits: 'INT32' },
    {
      separator: text('|'),
      ngram_widths: integers(2),
      left_pad: text('L'),
      right_pad: text('R'),
      pad_width: { i: '0' },
      preserve_short_sequences: flag(false),
      Tsplits: { type: 'DT_INT32' },
    },
    'INT32',
    [
      answered(
        'a row of one has none',
        { x: strings([4], ['a', 'b', 'c', 'd']), splits: int([3], [0, 3, 4]) },
        int([3], [0, 2, 2]),
      ),
    ],
    1,
  ),
  operation(
    'StringNGrams that keep short rows',
    'StringNGrams',
    { x: 'BYTES', splits: 'INT32' },
    {
      separator: text('|'),
      ngram_widths: integers(2),
      left_pad: text('L'),
      right_pad: text('R'),
      pad_width: { i: '0' },
      preserve_short_sequences: flag(true),
      Tsplits: { type: 'DT_INT32' },
    },
    'BYTES',
    [
      answered(
        'a row of one',
        { x: strings([4], ['a', 'b', 'c', 'd']), splits: int([3], [0, 3, 4]) },
        strings([3], ['a|b', 'b|c', 'd']),
      ),
    ],
  ),
  operation(
    'StringNGrams of three that are padded',
    'StringNGrams',
    { x: 'BYTES', splits: 'INT32' },
    {
      separator: text('|'),
      ngram_widths: integers(3),
      left_pad: text('L'),
      right_pad: text('R'),
      pad_width: { i: '-1' },
      preserve_short_sequences: flag(false),
      Tsplits: { type: 'DT_INT32' },
    },
    'BYTES',
    [
      answered(
        'as far as a word reaches',
        { x: strings([3], ['a', 'b', 'c']), splits: int([2], [0, 3]) },
        strings([5], ['L|L|a', 'L|a|b', 'a|b|c', 'b|c|R', 'c|R|R']),
      ),
    ],
  ),
  operation(
    'StringNGrams of two widths',
    'StringNGrams',
    { x: 'BYTES', splits: 'INT32' },
    {
      separator: text('|'),
      ngram_widths: integers(1, 2),
      left_pad: text('L'),
      right_pad: text('R'),
      pad_width: { i: '0' },
      preserve_short_sequences: flag(false),
      Tsplits: { type: 'DT_INT32' },
    },
    'BYTES',
    [
      answered(
        'one width after the other',
        { x: strings([3], ['a', 'b', 'c']), splits: int([2], [0, 3]) },
        strings([5], ['a', 'b', 'c', 'a|b', 'b|c']),
      ),
    ],
  ),
  operation('RegexFullMatch', 'RegexFullMatch', { x: 'BYTES', pattern: 'BYTES' }, {}, 'BOOL', [
    answered(
      'whole strings',
      { x: strings([4], ['abc', 'ab', 'xabc', '']), pattern: strings([], ['a.*c']) },
      bool([4], [1, 0, 0, 0]),
    ),
    answered('an empty pattern', { x: strings([1, 1], ['']), pattern: strings([], ['']) }, bool([1, 1], [1])),
  ]),
  operation(
    'DecodeRaw of uint8',
    'DecodeRaw',
    { x: 'BYTES' },
    { out_type: { type: 'DT_UINT8' }, little_endian: flag(true) },
    'INT32',
    [
      answered('a number for each byte', { x: strings([2], ['AB', 'CD']) }, int([2, 2], [65, 66, 67, 68])),
      answered('a scalar', { x: strings([], ['AB']) }, int([2], [65, 66])),
      refused('strings of two lengths', { x: strings([2], ['A', 'AB']) }, /make no tensor/),
    ],
  ),
  operation(
    'DecodeRaw of int16, least byte first',
    'DecodeRaw',
    { x: 'BYTES' },
    { out_type: { type: 'DT_INT16' }, little_endian: flag(true) },
    'INT32',
    [
      answered('two bytes', { x: strings([1], ['AB']) }, int([1, 1], [16961])),
      refused('three bytes', { x: strings([1], ['ABC']) }, /is no list of DT_INT16/),
    ],
  ),
  operation(
    'DecodeRaw of int16, most byte first',
    'DecodeRaw',
    { x: 'BYTES' },
    { out_type: { type: 'DT_INT16' }, little_endian: flag(false) },
    'INT32',
    [
      answered('two bytes', { x: strings([1], ['AB']) }, int([1, 1], [16706])),
      refused('three bytes', { x: strings([1], ['ABC']) }, /is no list of DT_INT16/),
    ],
  ),
];
