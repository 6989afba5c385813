import {
  answered,
  bool,
  float,
  type GateCase,
  int,
  operation,
  refused,
  strings,
} from '../../../gate/gate_cases/case.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

/** Values by the documentation of tf.concat, tf.stack and tf.dynamic_stitch. */
export const JOIN_CASES: readonly GateCase[] = [
  operation(
    'Concat of numbers',
    'Concat',
    { axis: 'INT32', a: 'FP32', b: 'FP32' },
    { T: { type: 'DT_FLOAT' }, N: { i: '2' }, Tidx: { type: 'DT_INT32' } },
    'FP32',
    [
      answered(
        'rows',
        { axis: int([], [0]), a: float([2, 2], [1, 2, nan, 4]), b: float([2, 2], [5, 6, 7, 8]) },
        float([4, 2], [1, 2, nan, 4, 5, 6, 7, 8]),
      ),
      answered(
        'columns, counted from the end',
        { axis: int([], [-1]), a: float([2, 2], [1, 2, nan, 4]), b: float([2, 2], [5, 6, 7, 8]) },
        float([2, 4], [1, 2, 5, 6, nan, 4, 7, 8]),
      ),
      answered(
        'something and nothing',
        { axis: int([], [1]), a: float([2, 2], [1, 2, nan, 4]), b: float([2, 0]) },
        float([2, 2], [1, 2, nan, 4]),
      ),
      refused(
        'other sizes',
        { axis: int([], [0]), a: float([2, 2], [1, 2, nan, 4]), b: float([2, 1], [5, 7]) },
        /cannot be joined/,
      ),
      refused(
        'an axis that is not there',
        { axis: int([], [2]), a: float([2, 2], [1, 2, nan, 4]), b: float([2, 2], [5, 6, 7, 8]) },
        /axis 2/,
      ),
    ],
  ),
  operation(
    'Concat of int32',
    'Concat',
    { axis: 'INT32', a: 'INT32', b: 'INT32' },
    { T: { type: 'DT_INT32' }, N: { i: '2' }, Tidx: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'columns',
        {
          axis: int([], [1]),
          a: int([2, 2], [2147483647, -2147483648, 16777217, 0]),
          b: int([2, 2], [2147483647, -2147483648, 16777217, 0]),
        },
        int([2, 4], [2147483647, -2147483648, 2147483647, -2147483648, 16777217, 0, 16777217, 0]),
      ),
    ],
  ),
  operation(
    'Concat of bool',
    'Concat',
    { axis: 'INT32', a: 'BOOL', b: 'BOOL' },
    { T: { type: 'DT_BOOL' }, N: { i: '2' }, Tidx: { type: 'DT_INT32' } },
    'BOOL',
    [
      answered(
        'columns',
        { axis: int([], [1]), a: bool([2, 2], [1, 0, 0, 0]), b: bool([2, 2], [1, 0, 0, 0]) },
        bool([2, 4], [1, 0, 1, 0, 0, 0, 0, 0]),
      ),
    ],
  ),
  operation(
    'Concat of string',
    'Concat',
    { axis: 'INT32', a: 'BYTES', b: 'BYTES' },
    { T: { type: 'DT_STRING' }, N: { i: '2' }, Tidx: { type: 'DT_INT32' } },
    'BYTES',
    [
      answered(
        'columns',
        {
          axis: int([], [1]),
          a: strings([2, 2], ['a', 'b', 'c', '']),
          b: strings([2, 2], ['a', 'b', 'c', '']),
        },
        strings([2, 4], ['a', 'b', 'a', 'b', 'c', '', 'c', '']),
      ),
    ],
  ),
  operation(
    'Pack along 0',
    'Pack',
    { a: 'FP32', b: 'FP32' },
    { T: { type: 'DT_FLOAT' }, N: { i: '2' }, axis: { i: '0' } },
    'FP32',
    [
      answered('lists', { a: float([2], [1, nan]), b: float([2], [3, 4]) }, float([2, 2], [1, nan, 3, 4])),
      answered('scalars', { a: float([], [1]), b: float([], [2]) }, float([2], [1, 2])),
      answered('nothing', { a: float([0]), b: float([0]) }, float([2, 0])),
      answered(
        'five dimensions',
        { a: float([1, 1, 1, 1, 1], [0]), b: float([1, 1, 1, 1, 1], [1]) },
        float([2, 1, 1, 1, 1, 1], [0, 1]),
      ),
      refused('other sizes', { a: float([1], [1]), b: float([2], [1, 2]) }, /shape/),
    ],
  ),
  operation(
    'Pack along -1',
    'Pack',
    { a: 'FP32', b: 'FP32' },
    { T: { type: 'DT_FLOAT' }, N: { i: '2' }, axis: { i: '-1' } },
    'FP32',
    [
      answered('lists', { a: float([2], [1, nan]), b: float([2], [3, 4]) }, float([2, 2], [1, 3, nan, 4])),
      answered('scalars', { a: float([], [1]), b: float([], [2]) }, float([2], [1, 2])),
      answered('nothing', { a: float([0]), b: float([0]) }, float([0, 2])),
      answered(
        'five dimensions',
        { a: float([1, 1, 1, 1, 1], [0]), b: float([1, 1, 1, 1, 1], [1]) },
        float([1, 1, 1, 1, 1, 2], [0, 1]),
      ),
      refused('other sizes', { a: float([1], [1]), b: float([2], [1, 2]) }, /shape/),
    ],
  ),
  operation(
    'Pack of int32',
    'Pack',
    { a: 'INT32', b: 'INT32' },
    { T: { type: 'DT_INT32' }, N: { i: '2' }, axis: { i: '1' } },
    'INT32',
    [
      answered(
        'columns',
        { a: int([2], [2147483647, 16777217]), b: int([2], [2147483647, 16777217]) },
        int([2, 2], [2147483647, 2147483647, 16777217, 16777217]),
      ),
    ],
  ),
  operation(
    'Pack of bool',
    'Pack',
    { a: 'BOOL', b: 'BOOL' },
    { T: { type: 'DT_BOOL' }, N: { i: '2' }, axis: { i: '1' } },
    'BOOL',
    [answered('columns', { a: bool([2], [1, 0]), b: bool([2], [1, 0]) }, bool([2, 2], [1, 1, 0, 0]))],
  ),
  operation(
    'Pack of string',
    'Pack',
    { a: 'BYTES', b: 'BYTES' },
    { T: { type: 'DT_STRING' }, N: { i: '2' }, axis: { i: '1' } },
    'BYTES',
    [
      answered(
        'columns',
        { a: strings([2], ['a', '']), b: strings([2], ['a', '']) },
        strings([2, 2], ['a', 'a', '', '']),
      ),
    ],
  ),
  operation(
    'ParallelDynamicStitch',
    'ParallelDynamicStitch',
    { one: 'INT32', more: 'INT32', a: 'FP32', b: 'FP32' },
    { T: { type: 'DT_FLOAT' }, N: { i: '2' } },
    'FP32',
    [
      answered(
        'rows by their numbers',
        { one: int([], [0]), more: int([2], [2, 1]), a: float([2], [1, 2]), b: float([2, 2], [5, 6, 3, 4]) },
        float([3, 2], [1, 2, 3, 4, 5, 6]),
      ),
    ],
  ),
  operation(
    'ParallelConcat of rows',
    'ParallelConcat',
    { a: 'INT32', b: 'INT32' },
    { T: { type: 'DT_INT32' }, N: { i: '2' }, shape: { shape: { dim: [{ size: '2' }] } } },
    'INT32',
    [
      answered(
        'one of each',
        { a: int([1], [2147483647]), b: int([1], [16777217]) },
        int([2], [2147483647, 16777217]),
      ),
    ],
  ),
  operation(
    'AccumulateNV2 of int32',
    'AccumulateNV2',
    { a: 'INT32', b: 'INT32' },
    { T: { type: 'DT_INT32' }, N: { i: '2' } },
    'INT32',
    [
      answered(
        'sums wrap',
        { a: int([2], [2147483647, 16777217]), b: int([2], [1, 1]) },
        int([2], [-2147483648, 16777218]),
      ),
    ],
  ),
  operation(
    'AccumulateNV2 of numbers',
    'AccumulateNV2',
    { a: 'FP32', b: 'FP32', c: 'FP32' },
    { T: { type: 'DT_FLOAT' }, N: { i: '3' } },
    'FP32',
    [
      answered(
        'infinities and NaN',
        { a: float([3], [1, nan, infinity]), b: float([3], [2, 1, 1]), c: float([3], [3, 1, -infinity]) },
        float([3], [6, nan, nan]),
      ),
      answered('scalars', { a: float([], [1]), b: float([], [2]), c: float([], [3]) }, float([], [6])),
      answered('nothing', { a: float([0]), b: float([0]), c: float([0]) }, float([0])),
    ],
  ),
];
