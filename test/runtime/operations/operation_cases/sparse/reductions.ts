import {
  answered,
  flag,
  float,
  type GateCase,
  int,
  operation,
  refused,
} from '../../../gate/gate_cases/case.ts';

/** Values by arithmetic, as the documentation of tf.sparse.reduce_sum describes it. */
export const SPARSE_REDUCTION_CASES: readonly GateCase[] = [
  operation(
    'SparseReduceSum',
    'SparseReduceSum',
    { places: 'INT32', values: 'FP32', shape: 'INT32', axes: 'INT32' },
    { T: { type: 'DT_FLOAT' }, keep_dims: flag(false) },
    'FP32',
    [
      answered(
        'columns',
        {
          places: int([3, 2], [0, 1, 1, 0, 1, 2]),
          values: float([3], [1, 2, 4]),
          shape: int([2], [2, 3]),
          axes: int([1], [0]),
        },
        float([3], [2, 1, 4]),
      ),
      answered(
        'rows, counted from the end',
        {
          places: int([3, 2], [0, 1, 1, 0, 1, 2]),
          values: float([3], [1, 2, 4]),
          shape: int([2], [2, 3]),
          axes: int([1], [-1]),
        },
        float([2], [1, 6]),
      ),
      answered(
        'no axes are all of them',
        {
          places: int([3, 2], [0, 1, 1, 0, 1, 2]),
          values: float([3], [1, 2, 4]),
          shape: int([2], [2, 3]),
          axes: int([0]),
        },
        float([], [7]),
      ),
      answered(
        'a row without values',
        {
          places: int([1, 2], [1, 0]),
          values: float([1], [-3]),
          shape: int([2], [3, 2]),
          axes: int([1], [1]),
        },
        float([3], [0, -3, 0]),
      ),
      refused(
        'an axis that is not there',
        {
          places: int([3, 2], [0, 1, 1, 0, 1, 2]),
          values: float([3], [1, 2, 4]),
          shape: int([2], [2, 3]),
          axes: int([1], [2]),
        },
        /are not dimensions/,
      ),
    ],
  ),
  operation(
    'SparseReduceSum that keeps dimensions',
    'SparseReduceSum',
    { places: 'INT32', values: 'FP32', shape: 'INT32', axes: 'INT32' },
    { T: { type: 'DT_FLOAT' }, keep_dims: flag(true) },
    'FP32',
    [
      answered(
        'rows',
        {
          places: int([3, 2], [0, 1, 1, 0, 1, 2]),
          values: float([3], [1, 2, 4]),
          shape: int([2], [2, 3]),
          axes: int([1], [1]),
        },
        float([2, 1], [1, 6]),
      ),
    ],
  ),
  operation(
    'SparseReduceMax',
    'SparseReduceMax',
    { places: 'INT32', values: 'FP32', shape: 'INT32', axes: 'INT32' },
    { T: { type: 'DT_FLOAT' }, keep_dims: flag(false) },
    'FP32',
    [
      answered(
        'columns',
        {
          places: int([3, 2], [0, 1, 1, 0, 1, 2]),
          values: float([3], [1, 2, 4]),
          shape: int([2], [2, 3]),
          axes: int([1], [0]),
        },
        float([3], [2, 1, 4]),
      ),
      answered(
        'rows, counted from the end',
        {
          places: int([3, 2], [0, 1, 1, 0, 1, 2]),
          values: float([3], [1, 2, 4]),
          shape: int([2], [2, 3]),
          axes: int([1], [-1]),
        },
        float([2], [1, 4]),
      ),
      answered(
        'no axes are all of them',
        {
          places: int([3, 2], [0, 1, 1, 0, 1, 2]),
          values: float([3], [1, 2, 4]),
          shape: int([2], [2, 3]),
          axes: int([0]),
        },
        float([], [4]),
      ),
      answered(
        'a row without values',
        {
          places: int([1, 2], [1, 0]),
          values: float([1], [-3]),
          shape: int([2], [3, 2]),
          axes: int([1], [1]),
        },
        float([3], [0, -3, 0]),
      ),
      refused(
        'an axis that is not there',
        {
          places: int([3, 2], [0, 1, 1, 0, 1, 2]),
          values: float([3], [1, 2, 4]),
          shape: int([2], [2, 3]),
          axes: int([1], [2]),
        },
        /are not dimensions/,
      ),
    ],
  ),
  operation(
    'SparseReduceMax that keeps dimensions',
    'SparseReduceMax',
    { places: 'INT32', values: 'FP32', shape: 'INT32', axes: 'INT32' },
    { T: { type: 'DT_FLOAT' }, keep_dims: flag(true) },
    'FP32',
    [
      answered(
        'rows',
        {
          places: int([3, 2], [0, 1, 1, 0, 1, 2]),
          values: float([3], [1, 2, 4]),
          shape: int([2], [2, 3]),
          axes: int([1], [1]),
        },
        float([2, 1], [1, 4]),
      ),
    ],
  ),
];
