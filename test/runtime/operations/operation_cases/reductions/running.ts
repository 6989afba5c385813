import {
  answered,
  flag,
  float,
  type GateCase,
  int,
  operation,
  refused,
} from '../../../gate/gate_cases/case.ts';

const { NaN: nan } = Number;

/** Values by the documentation of tf.math.cumprod and tf.math.cumsum. */
export const RUNNING_CASES: readonly GateCase[] = [
  operation(
    'Cumprod',
    'Cumprod',
    { x: 'INT32', axis: 'INT32' },
    { T: { type: 'DT_INT32' }, exclusive: flag(false), reverse: flag(false), Tidx: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'columns',
        { x: int([2, 3], [1, 2, 3, 4, 5, 6]), axis: int([], [0]) },
        int([2, 3], [1, 2, 3, 4, 10, 18]),
      ),
      answered(
        'rows, counted from the end',
        { x: int([2, 3], [1, 2, 3, 4, 5, 6]), axis: int([], [-1]) },
        int([2, 3], [1, 2, 6, 4, 20, 120]),
      ),
      answered(
        'products that wrap',
        { x: int([3], [65537, 65537, 3]), axis: int([], [0]) },
        int([3], [65537, 131073, 393219]),
      ),
      answered('nothing', { x: int([2, 0]), axis: int([], [1]) }, int([2, 0])),
    ],
  ),
  operation(
    'Cumprod, reverse',
    'Cumprod',
    { x: 'INT32', axis: 'INT32' },
    { T: { type: 'DT_INT32' }, exclusive: flag(false), reverse: flag(true), Tidx: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'columns',
        { x: int([2, 3], [1, 2, 3, 4, 5, 6]), axis: int([], [0]) },
        int([2, 3], [4, 10, 18, 4, 5, 6]),
      ),
      answered(
        'rows, counted from the end',
        { x: int([2, 3], [1, 2, 3, 4, 5, 6]), axis: int([], [-1]) },
        int([2, 3], [6, 6, 3, 120, 30, 6]),
      ),
      answered(
        'products that wrap',
        { x: int([3], [65537, 65537, 3]), axis: int([], [0]) },
        int([3], [393219, 196611, 3]),
      ),
      answered('nothing', { x: int([2, 0]), axis: int([], [1]) }, int([2, 0])),
    ],
  ),
  operation(
    'Cumprod, exclusive',
    'Cumprod',
    { x: 'INT32', axis: 'INT32' },
    { T: { type: 'DT_INT32' }, exclusive: flag(true), reverse: flag(false), Tidx: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'columns',
        { x: int([2, 3], [1, 2, 3, 4, 5, 6]), axis: int([], [0]) },
        int([2, 3], [1, 1, 1, 1, 2, 3]),
      ),
      answered(
        'rows, counted from the end',
        { x: int([2, 3], [1, 2, 3, 4, 5, 6]), axis: int([], [-1]) },
        int([2, 3], [1, 1, 2, 1, 4, 20]),
      ),
      answered(
        'products that wrap',
        { x: int([3], [65537, 65537, 3]), axis: int([], [0]) },
        int([3], [1, 65537, 131073]),
      ),
      answered('nothing', { x: int([2, 0]), axis: int([], [1]) }, int([2, 0])),
    ],
  ),
  operation(
    'Cumprod, exclusive, reverse',
    'Cumprod',
    { x: 'INT32', axis: 'INT32' },
    { T: { type: 'DT_INT32' }, exclusive: flag(true), reverse: flag(true), Tidx: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'columns',
        { x: int([2, 3], [1, 2, 3, 4, 5, 6]), axis: int([], [0]) },
        int([2, 3], [4, 5, 6, 1, 1, 1]),
      ),
      answered(
        'rows, counted from the end',
        { x: int([2, 3], [1, 2, 3, 4, 5, 6]), axis: int([], [-1]) },
        int([2, 3], [6, 3, 1, 30, 6, 1]),
      ),
      answered(
        'products that wrap',
        { x: int([3], [65537, 65537, 3]), axis: int([], [0]) },
        int([3], [196611, 3, 1]),
      ),
      answered('nothing', { x: int([2, 0]), axis: int([], [1]) }, int([2, 0])),
    ],
  ),
  operation(
    'Cumprod of numbers',
    'Cumprod',
    { x: 'FP32', axis: 'INT32' },
    { T: { type: 'DT_FLOAT' }, exclusive: flag(false), reverse: flag(false), Tidx: { type: 'DT_INT32' } },
    'FP32',
    [
      answered(
        'NaN stays from there on',
        { x: float([3], [2, nan, 3]), axis: int([], [0]) },
        float([3], [2, nan, nan]),
      ),
      refused('an axis that is not there', { x: float([1], [2]), axis: int([], [1]) }, /axis/),
    ],
  ),
];
