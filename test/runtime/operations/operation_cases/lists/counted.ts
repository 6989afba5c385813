import {
  answered,
  bool,
  flag,
  float,
  type GateCase,
  int,
  operation,
  refused,
} from '../../../gate/gate_cases/case.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

/** Values by the documentation of tf.searchsorted, tf.where, tf.math.in_top_k and tf.math.bincount. */
export const COUNTED_CASES: readonly GateCase[] = [
  operation(
    'LowerBound of numbers',
    'LowerBound',
    { sorted: 'FP32', values: 'FP32' },
    { T: { type: 'DT_FLOAT' }, out_type: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'the example of its documentation',
        { sorted: float([2, 5], [0, 3, 9, 9, 10, 1, 2, 3, 4, 5]), values: float([2, 3], [2, 4, 9, 0, 2, 6]) },
        int([2, 3], [1, 2, 2, 0, 1, 5]),
      ),
      answered(
        'infinities',
        { sorted: float([1, 5], [0, 3, 9, 9, 10]), values: float([1, 2], [-infinity, infinity]) },
        int([1, 2], [0, 5]),
      ),
    ],
  ),
  operation(
    'LowerBound of int32',
    'LowerBound',
    { sorted: 'INT32', values: 'INT32' },
    { T: { type: 'DT_INT32' }, out_type: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'the extremes, and neighbors above 2^24',
        {
          sorted: int([1, 4], [-2147483648, 16777216, 16777217, 2147483647]),
          values: int([1, 3], [-2147483648, 16777217, 2147483647]),
        },
        int([1, 3], [0, 2, 3]),
      ),
    ],
  ),
  operation(
    'UpperBound of numbers',
    'UpperBound',
    { sorted: 'FP32', values: 'FP32' },
    { T: { type: 'DT_FLOAT' }, out_type: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'the example of its documentation',
        { sorted: float([2, 5], [0, 3, 9, 9, 10, 1, 2, 3, 4, 5]), values: float([2, 3], [2, 4, 9, 0, 2, 6]) },
        int([2, 3], [1, 2, 4, 0, 2, 5]),
      ),
      answered(
        'infinities',
        { sorted: float([1, 5], [0, 3, 9, 9, 10]), values: float([1, 2], [-infinity, infinity]) },
        int([1, 2], [0, 5]),
      ),
    ],
  ),
  operation(
    'UpperBound of int32',
    'UpperBound',
    { sorted: 'INT32', values: 'INT32' },
    { T: { type: 'DT_INT32' }, out_type: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'the extremes, and neighbors above 2^24',
        {
          sorted: int([1, 4], [-2147483648, 16777216, 16777217, 2147483647]),
          values: int([1, 3], [-2147483648, 16777217, 2147483647]),
        },
        int([1, 3], [1, 3, 4]),
      ),
    ],
  ),
  operation('Where of bool', 'Where', { x: 'BOOL' }, { T: { type: 'DT_BOOL' } }, 'INT32', [
    answered('a matrix', { x: bool([2, 2], [1, 0, 1, 1]) }, int([3, 2], [0, 0, 1, 0, 1, 1])),
    answered('no rows', { x: bool([0, 2]) }, int([0, 2])),
    answered('true', { x: bool([], [1]) }, int([1, 0])),
    answered('false', { x: bool([], [0]) }, int([0, 0])),
    answered(
      'five dimensions',
      { x: bool([1, 2, 1, 2, 1], [1, 0, 0, 1]) },
      int([2, 5], [0, 0, 0, 0, 0, 0, 1, 0, 1, 0]),
    ),
  ]),
  operation('Where of float', 'Where', { x: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'INT32', [
    answered(
      'NaN, infinity and the least number are not 0',
      { x: float([5], [0, 0, nan, infinity, 1e-40]) },
      int([3, 1], [2, 3, 4]),
    ),
  ]),
  operation('Where of int32', 'Where', { x: 'INT32' }, { T: { type: 'DT_INT32' } }, 'INT32', [
    answered('the extremes', { x: int([2, 2], [0, -2147483648, 2147483647, 0]) }, int([2, 2], [0, 1, 1, 0])),
  ]),
  operation(
    'InTopK of one',
    'InTopK',
    { x: 'FP32', targets: 'INT32' },
    { T: { type: 'DT_INT32' }, k: { i: '1' } },
    'BOOL',
    [
      answered(
        'ties are in, and no row with NaN or infinity nor a class that is not there',
        {
          x: float([5, 3], [0.1, 0.9, 0.5, 0.5, 0.5, 0.1, nan, 1, 2, infinity, 1, 0, 1, 2, 3]),
          targets: int([5], [1, 1, 1, 0, 7]),
        },
        bool([5], [1, 1, 0, 0, 0]),
      ),
      answered('no rows', { x: float([0, 3]), targets: int([0]) }, bool([0])),
    ],
  ),
  operation(
    'DenseBincount',
    'DenseBincount',
    { x: 'INT32', size: 'INT32', weights: 'FP32' },
    { Tidx: { type: 'DT_INT32' }, T: { type: 'DT_FLOAT' }, binary_output: flag(false) },
    'FP32',
    [
      answered(
        'counts, and what is too large is left out',
        { x: int([4], [1, 1, 2, 5]), size: int([], [4]), weights: float([0]) },
        float([4], [0, 2, 1, 0]),
      ),
      answered(
        'weights',
        { x: int([4], [1, 1, 2, 5]), size: int([], [4]), weights: float([4], [1, 2, 3, 4]) },
        float([4], [0, 3, 3, 0]),
      ),
      answered(
        'rows',
        { x: int([2, 2], [1, 1, 0, 3]), size: int([], [3]), weights: float([2, 2], [1, 2, 3, 4]) },
        float([2, 3], [0, 3, 0, 3, 0, 0]),
      ),
      answered('no values', { x: int([0]), size: int([], [2]), weights: float([0]) }, float([2], [0, 0])),
      refused('a negative value', { x: int([1], [-1]), size: int([], [2]), weights: float([0]) }, /negative/),
    ],
  ),
  operation(
    'DenseBincount of what there is',
    'DenseBincount',
    { x: 'INT32', size: 'INT32', weights: 'FP32' },
    { Tidx: { type: 'DT_INT32' }, T: { type: 'DT_FLOAT' }, binary_output: flag(true) },
    'FP32',
    [
      answered(
        'ones, whatever the weights are',
        { x: int([2, 2], [1, 1, 0, 3]), size: int([], [3]), weights: float([2, 2], [1, 2, 3, 4]) },
        float([2, 3], [0, 1, 0, 1, 0, 0]),
      ),
    ],
  ),
  operation(
    'Bincount of a matrix',
    'Bincount',
    { x: 'INT32', size: 'INT32', weights: 'INT32' },
    { T: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'counted as one list',
        { x: int([2, 2], [1, 1, 2, 5]), size: int([], [4]), weights: int([0]) },
        int([4], [0, 2, 1, 0]),
      ),
      answered(
        'weights',
        { x: int([2, 2], [1, 1, 2, 5]), size: int([], [4]), weights: int([2, 2], [16777217, 1, 3, 4]) },
        int([4], [0, 16777218, 3, 0]),
      ),
      refused(
        'weights of another shape',
        { x: int([2, 2], [1, 1, 2, 5]), size: int([], [4]), weights: int([4], [1, 2, 3, 4]) },
        /do not fit values/,
      ),
    ],
  ),
];
