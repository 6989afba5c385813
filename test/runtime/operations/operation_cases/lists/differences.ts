import {
  answered,
  float,
  type GateCase,
  int,
  operation,
  refused,
  strings,
} from '../../../gate/gate_cases/case.ts';

const { NaN: nan } = Number;

/** Values by the documentation of tf.raw_ops.ListDiff. */
export const DIFFERENCE_CASES: readonly GateCase[] = [
  operation(
    'ListDiff of numbers, values',
    'ListDiff',
    { x: 'FP32', others: 'FP32' },
    { T: { type: 'DT_FLOAT' }, out_idx: { type: 'DT_INT32' } },
    'FP32',
    [
      answered(
        'what the second list does not have',
        { x: float([4], [1.5, 2, 2, 0]), others: float([2], [2, 0]) },
        float([1], [1.5]),
      ),
      answered(
        'NaN equals nothing',
        { x: float([3], [nan, 1, nan]), others: float([1], [nan]) },
        float([3], [nan, 1, nan]),
      ),
      answered('no values', { x: float([0]), others: float([1], [1]) }, float([0])),
    ],
  ),
  operation(
    'ListDiff of int32, values',
    'ListDiff',
    { x: 'INT32', others: 'INT32' },
    { T: { type: 'DT_INT32' }, out_idx: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'one that occurs twice',
        {
          x: int([4], [2147483647, 16777217, 16777217, -2147483648]),
          others: int([2], [2147483647, 16777216]),
        },
        int([3], [16777217, 16777217, -2147483648]),
      ),
      answered('nothing is taken out', { x: int([1], [1]), others: int([0]) }, int([1], [1])),
      refused('no list', { x: int([1, 1], [1]), others: int([1], [1]) }, /are no lists/),
    ],
  ),
  operation(
    'ListDiff of strings, values',
    'ListDiff',
    { x: 'BYTES', others: 'BYTES' },
    { T: { type: 'DT_STRING' }, out_idx: { type: 'DT_INT32' } },
    'BYTES',
    [
      answered(
        'of strings',
        { x: strings([4], ['a', 'b', '', 'a']), others: strings([1], ['b']) },
        strings([3], ['a', '', 'a']),
      ),
    ],
  ),
  operation(
    'ListDiff of numbers, places',
    'ListDiff',
    { x: 'FP32', others: 'FP32' },
    { T: { type: 'DT_FLOAT' }, out_idx: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'what the second list does not have',
        { x: float([4], [1.5, 2, 2, 0]), others: float([2], [2, 0]) },
        int([1], [0]),
      ),
      answered(
        'NaN equals nothing',
        { x: float([3], [nan, 1, nan]), others: float([1], [nan]) },
        int([3], [0, 1, 2]),
      ),
      answered('no values', { x: float([0]), others: float([1], [1]) }, int([0])),
    ],
    1,
  ),
  operation(
    'ListDiff of int32, places',
    'ListDiff',
    { x: 'INT32', others: 'INT32' },
    { T: { type: 'DT_INT32' }, out_idx: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'one that occurs twice',
        {
          x: int([4], [2147483647, 16777217, 16777217, -2147483648]),
          others: int([2], [2147483647, 16777216]),
        },
        int([3], [1, 2, 3]),
      ),
      answered('nothing is taken out', { x: int([1], [1]), others: int([0]) }, int([1], [0])),
      refused('no list', { x: int([1, 1], [1]), others: int([1], [1]) }, /are no lists/),
    ],
    1,
  ),
  operation(
    'ListDiff of strings, places',
    'ListDiff',
    { x: 'BYTES', others: 'BYTES' },
    { T: { type: 'DT_STRING' }, out_idx: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'of strings',
        { x: strings([4], ['a', 'b', '', 'a']), others: strings([1], ['b']) },
        int([3], [0, 2, 3]),
      ),
    ],
    1,
  ),
];
