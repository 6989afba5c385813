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

/** Values by arithmetic, and by the limits of the types where there is nothing to reduce. */
export const EXTREME_CASES: readonly GateCase[] = [
  operation(
    'Max of numbers',
    'Max',
    { x: 'FP32', axes: 'INT32' },
    { T: { type: 'DT_FLOAT' }, keep_dims: flag(false), Tidx: { type: 'DT_INT32' } },
    'FP32',
    [
      answered(
        'of six dimensions',
        { x: float([2, 1, 2, 1, 2, 1], [-3, -2, -1, 0, 1, 2, 3, 4]), axes: int([3], [0, 2, -1]) },
        float([1, 1, 2], [3, 4]),
      ),
      answered('NaN wins', { x: float([3], [1, nan, 2]), axes: int([1], [0]) }, float([], [nan])),
      answered('of nothing', { x: float([2, 0]), axes: int([1], [1]) }, float([2], [-infinity, -infinity])),
      answered('a scalar', { x: float([], [3]), axes: int([0]) }, float([], [3])),
    ],
  ),
  operation(
    'Max of int32',
    'Max',
    { x: 'INT32', axes: 'INT32' },
    { T: { type: 'DT_INT32' }, keep_dims: flag(false), Tidx: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'the extremes, and neighbors above 2^24',
        { x: int([2, 2], [-2147483648, 2147483647, 16777216, 16777217]), axes: int([1], [-1]) },
        int([2], [2147483647, 16777217]),
      ),
      answered('of nothing', { x: int([1, 0]), axes: int([1], [1]) }, int([1], [-2147483648])),
    ],
  ),
  operation(
    'Max of uint8',
    'Max',
    { x: 'INT32', axes: 'INT32' },
    { T: { type: 'DT_UINT8' }, keep_dims: flag(false), Tidx: { type: 'DT_INT32' } },
    'INT32',
    [answered('of nothing', { x: int([1, 0]), axes: int([1], [1]) }, int([1], [0]))],
  ),
  operation(
    'Max of int8',
    'Max',
    { x: 'INT32', axes: 'INT32' },
    { T: { type: 'DT_INT8' }, keep_dims: flag(false), Tidx: { type: 'DT_INT32' } },
    'INT32',
    [
      answered('of nothing', { x: int([1, 0]), axes: int([1], [1]) }, int([1], [-128])),
      answered('of some', { x: int([2], [-5, 7]), axes: int([1], [0]) }, int([], [7])),
    ],
  ),
  operation(
    'Max of int64',
    'Max',
    { x: 'INT32', axes: 'INT32' },
    { T: { type: 'DT_INT64' }, keep_dims: flag(false), Tidx: { type: 'DT_INT32' } },
    'INT32',
    [
      refused(
        'of nothing, whose limit does not fit',
        { x: int([1, 0]), axes: int([1], [1]) },
        /fits 32 bits/,
      ),
    ],
  ),
  operation(
    'Min of numbers',
    'Min',
    { x: 'FP32', axes: 'INT32' },
    { T: { type: 'DT_FLOAT' }, keep_dims: flag(false), Tidx: { type: 'DT_INT32' } },
    'FP32',
    [
      answered(
        'of six dimensions',
        { x: float([2, 1, 2, 1, 2, 1], [-3, -2, -1, 0, 1, 2, 3, 4]), axes: int([3], [0, 2, -1]) },
        float([1, 1, 2], [-3, -2]),
      ),
      answered('NaN wins', { x: float([3], [1, nan, 2]), axes: int([1], [0]) }, float([], [nan])),
      answered('of nothing', { x: float([2, 0]), axes: int([1], [1]) }, float([2], [infinity, infinity])),
      answered('a scalar', { x: float([], [3]), axes: int([0]) }, float([], [3])),
    ],
  ),
  operation(
    'Min of int32',
    'Min',
    { x: 'INT32', axes: 'INT32' },
    { T: { type: 'DT_INT32' }, keep_dims: flag(false), Tidx: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'the extremes, and neighbors above 2^24',
        { x: int([2, 2], [-2147483648, 2147483647, 16777216, 16777217]), axes: int([1], [-1]) },
        int([2], [-2147483648, 16777216]),
      ),
      answered('of nothing', { x: int([1, 0]), axes: int([1], [1]) }, int([1], [2147483647])),
    ],
  ),
  operation(
    'Min of uint8',
    'Min',
    { x: 'INT32', axes: 'INT32' },
    { T: { type: 'DT_UINT8' }, keep_dims: flag(false), Tidx: { type: 'DT_INT32' } },
    'INT32',
    [answered('of nothing', { x: int([1, 0]), axes: int([1], [1]) }, int([1], [255]))],
  ),
  operation(
    'Min of int8',
    'Min',
    { x: 'INT32', axes: 'INT32' },
    { T: { type: 'DT_INT8' }, keep_dims: flag(false), Tidx: { type: 'DT_INT32' } },
    'INT32',
    [
      answered('of nothing', { x: int([1, 0]), axes: int([1], [1]) }, int([1], [127])),
      answered('of some', { x: int([2], [-5, 7]), axes: int([1], [0]) }, int([], [-5])),
    ],
  ),
  operation(
    'Min of int64',
    'Min',
    { x: 'INT32', axes: 'INT32' },
    { T: { type: 'DT_INT64' }, keep_dims: flag(false), Tidx: { type: 'DT_INT32' } },
    'INT32',
    [
      refused(
        'of nothing, whose limit does not fit',
        { x: int([1, 0]), axes: int([1], [1]) },
        /fits 32 bits/,
      ),
    ],
  ),
  operation(
    'All',
    'All',
    { x: 'BOOL', axes: 'INT32' },
    { keep_dims: flag(false), Tidx: { type: 'DT_INT32' } },
    'BOOL',
    [
      answered('columns', { x: bool([2, 2], [1, 0, 1, 1]), axes: int([1], [0]) }, bool([2], [1, 0])),
      answered(
        'rows, counted from the end',
        { x: bool([2, 2], [1, 0, 1, 1]), axes: int([1], [-1]) },
        bool([2], [0, 1]),
      ),
      answered('both', { x: bool([2, 2], [1, 0, 1, 1]), axes: int([2], [0, 1]) }, bool([], [0])),
      answered('no axes', { x: bool([2, 2], [1, 0, 1, 1]), axes: int([0]) }, bool([2, 2], [1, 0, 1, 1])),
      answered('nothing', { x: bool([0, 2]), axes: int([1], [0]) }, bool([2], [1, 1])),
    ],
  ),
  operation(
    'All that keeps dimensions',
    'All',
    { x: 'BOOL', axes: 'INT32' },
    { keep_dims: flag(true), Tidx: { type: 'DT_INT32' } },
    'BOOL',
    [
      answered('columns', { x: bool([2, 2], [1, 0, 1, 1]), axes: int([1], [0]) }, bool([1, 2], [1, 0])),
      answered(
        'rows, counted from the end',
        { x: bool([2, 2], [1, 0, 1, 1]), axes: int([1], [-1]) },
        bool([2, 1], [0, 1]),
      ),
      answered('both', { x: bool([2, 2], [1, 0, 1, 1]), axes: int([2], [0, 1]) }, bool([1, 1], [0])),
      answered('no axes', { x: bool([2, 2], [1, 0, 1, 1]), axes: int([0]) }, bool([2, 2], [1, 0, 1, 1])),
      answered('nothing', { x: bool([0, 2]), axes: int([1], [0]) }, bool([1, 2], [1, 1])),
    ],
  ),
  operation(
    'Any',
    'Any',
    { x: 'BOOL', axes: 'INT32' },
    { keep_dims: flag(false), Tidx: { type: 'DT_INT32' } },
    'BOOL',
    [
      answered('columns', { x: bool([2, 2], [1, 0, 1, 1]), axes: int([1], [0]) }, bool([2], [1, 1])),
      answered(
        'rows, counted from the end',
        { x: bool([2, 2], [1, 0, 1, 1]), axes: int([1], [-1]) },
        bool([2], [1, 1]),
      ),
      answered('both', { x: bool([2, 2], [1, 0, 1, 1]), axes: int([2], [0, 1]) }, bool([], [1])),
      answered('no axes', { x: bool([2, 2], [1, 0, 1, 1]), axes: int([0]) }, bool([2, 2], [1, 0, 1, 1])),
      answered('nothing', { x: bool([0, 2]), axes: int([1], [0]) }, bool([2], [0, 0])),
    ],
  ),
  operation(
    'Any that keeps dimensions',
    'Any',
    { x: 'BOOL', axes: 'INT32' },
    { keep_dims: flag(true), Tidx: { type: 'DT_INT32' } },
    'BOOL',
    [
      answered('columns', { x: bool([2, 2], [1, 0, 1, 1]), axes: int([1], [0]) }, bool([1, 2], [1, 1])),
      answered(
        'rows, counted from the end',
        { x: bool([2, 2], [1, 0, 1, 1]), axes: int([1], [-1]) },
        bool([2, 1], [1, 1]),
      ),
      answered('both', { x: bool([2, 2], [1, 0, 1, 1]), axes: int([2], [0, 1]) }, bool([1, 1], [1])),
      answered('no axes', { x: bool([2, 2], [1, 0, 1, 1]), axes: int([0]) }, bool([2, 2], [1, 0, 1, 1])),
      answered('nothing', { x: bool([0, 2]), axes: int([1], [0]) }, bool([1, 2], [0, 0])),
    ],
  ),
];
