import {
  answered,
  answeredNearly,
  flag,
  float,
  type GateCase,
  int,
  operation,
  refused,
} from '../../../gate/gate_cases/case.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const LARGEST_FLOAT = (2 - 2 ** -23) * 2 ** 127;
const ln = Math.log;

/** Of 1 to 6, so that the sums are those of these numbers. */
const LOGARITHMS = float([2, 3], [1, 2, 3, 4, 5, 6].map(ln));

const logSumExp = (
  name: string,
  attr: Readonly<Record<string, unknown>>,
  asked: GateCase['asked'],
): GateCase =>
  operation(
    `CumulativeLogsumexp, ${name}`,
    'CumulativeLogsumexp',
    { x: 'FP32', axis: 'INT32' },
    { T: { type: 'DT_FLOAT' }, ...attr },
    'FP32',
    asked,
  );

/** Values by the documentation of tf.math.cumprod, tf.math.cumsum and tf.math.cumulative_logsumexp. */
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
  logSumExp('in order', {}, [
    answeredNearly(
      'columns',
      { x: LOGARITHMS, axis: int([], [0]) },
      float([2, 3], [0, Math.LN2, ln(3), ln(5), ln(7), ln(9)]),
    ),
    answeredNearly(
      'rows, counted from the end',
      { x: LOGARITHMS, axis: int([], [-1]) },
      float([2, 3], [0, ln(3), ln(6), ln(4), ln(9), ln(15)]),
    ),
    answered(
      'numbers whose exponential functions no float can hold',
      { x: float([3], [1000, 1000, -1000]), axis: int([], [0]) },
      float([3], [1000, Math.fround(1000 + Math.LN2), Math.fround(1000 + Math.LN2)]),
    ),
    answered(
      'infinities and what is not a number',
      { x: float([2, 2], [infinity, infinity, nan, 0]), axis: int([], [1]) },
      float([2, 2], [infinity, infinity, nan, nan]),
    ),
    answered('nothing', { x: float([2, 0]), axis: int([], [1]) }, float([2, 0])),
    refused(
      'a dimension that is not there',
      { x: float([2], [1, 2]), axis: int([], [1]) },
      /CumulativeLogsumexp: the axis 1/,
    ),
  ]),
  logSumExp('exclusive', { exclusive: flag(true) }, [
    answeredNearly(
      'rows, which begin with the lowest float',
      { x: LOGARITHMS, axis: int([], [1]) },
      float([2, 3], [-LARGEST_FLOAT, 0, ln(3), -LARGEST_FLOAT, ln(4), ln(9)]),
    ),
  ]),
  logSumExp('reverse', { reverse: flag(true) }, [
    answeredNearly(
      'rows',
      { x: LOGARITHMS, axis: int([], [1]) },
      float([2, 3], [ln(6), ln(5), ln(3), ln(15), ln(11), ln(6)]),
    ),
  ]),
  logSumExp('exclusive and reverse', { exclusive: flag(true), reverse: flag(true) }, [
    answeredNearly(
      'rows',
      { x: LOGARITHMS, axis: int([], [1]) },
      float([2, 3], [ln(5), ln(3), -LARGEST_FLOAT, ln(11), ln(6), -LARGEST_FLOAT]),
    ),
  ]),
];
