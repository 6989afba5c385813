import {
  answered,
  flag,
  float,
  type GateCase,
  int,
  operation,
  refused,
} from '../../../gate/gate_cases/case.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

/** Values by the documentation of tf.scatter_nd, tf.tensor_scatter_nd_update and tf.sparse.to_dense. */
export const SCATTERED_CASES: readonly GateCase[] = [
  operation(
    'ScatterNd of float',
    'ScatterNd',
    { places: 'INT32', updates: 'FP32', shape: 'INT32' },
    { T: { type: 'DT_FLOAT' }, Tindices: { type: 'DT_INT32' } },
    'FP32',
    [
      answered(
        'the example of its documentation',
        { places: int([4, 1], [4, 3, 1, 7]), updates: float([4], [9, 10, 11, 12]), shape: int([1], [8]) },
        float([8], [0, 11, 0, 10, 9, 0, 0, 12]),
      ),
      answered(
        'what has one place is added up',
        { places: int([2, 2], [0, 1, 0, 1]), updates: float([2], [1, 2]), shape: int([2], [2, 2]) },
        float([2, 2], [0, 3, 0, 0]),
      ),
      answered(
        'rows',
        { places: int([2, 1], [1, 0]), updates: float([2, 2], [1, 2, 3, 4]), shape: int([2], [3, 2]) },
        float([3, 2], [3, 4, 1, 2, 0, 0]),
      ),
      answered(
        'no updates',
        { places: int([0, 1]), updates: float([0]), shape: int([1], [2]) },
        float([2], [0, 0]),
      ),
      refused(
        'a place outside',
        { places: int([1, 1], [2]), updates: float([1], [1]), shape: int([1], [2]) },
        /the index 2/,
      ),
      refused(
        'a negative place',
        { places: int([1, 1], [-1]), updates: float([1], [1]), shape: int([1], [2]) },
        /the index -1/,
      ),
    ],
  ),
  operation(
    'ScatterNd of int32',
    'ScatterNd',
    { places: 'INT32', updates: 'INT32', shape: 'INT32' },
    { T: { type: 'DT_INT32' }, Tindices: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'the example of its documentation',
        { places: int([4, 1], [4, 3, 1, 7]), updates: int([4], [9, 10, 11, 12]), shape: int([1], [8]) },
        int([8], [0, 11, 0, 10, 9, 0, 0, 12]),
      ),
      answered(
        'what has one place is added up',
        { places: int([2, 2], [0, 1, 0, 1]), updates: int([2], [1, 2]), shape: int([2], [2, 2]) },
        int([2, 2], [0, 3, 0, 0]),
      ),
      answered(
        'rows',
        { places: int([2, 1], [1, 0]), updates: int([2, 2], [1, 2, 3, 4]), shape: int([2], [3, 2]) },
        int([3, 2], [3, 4, 1, 2, 0, 0]),
      ),
      answered(
        'no updates',
        { places: int([0, 1]), updates: int([0]), shape: int([1], [2]) },
        int([2], [0, 0]),
      ),
      refused(
        'a place outside',
        { places: int([1, 1], [2]), updates: int([1], [1]), shape: int([1], [2]) },
        /the index 2/,
      ),
      refused(
        'a negative place',
        { places: int([1, 1], [-1]), updates: int([1], [1]), shape: int([1], [2]) },
        /the index -1/,
      ),
    ],
  ),
  operation(
    'ScatterNd of int32 that wraps',
    'ScatterNd',
    { places: 'INT32', updates: 'INT32', shape: 'INT32' },
    { T: { type: 'DT_INT32' }, Tindices: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'the extremes',
        { places: int([2, 1], [0, 0]), updates: int([2], [2147483647, 16777217]), shape: int([1], [1]) },
        int([1], [-2130706432]),
      ),
    ],
  ),
  operation(
    'ScatterNd of uint8',
    'ScatterNd',
    { places: 'INT32', updates: 'INT32', shape: 'INT32' },
    { T: { type: 'DT_UINT8' }, Tindices: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'sums wrap',
        { places: int([2, 1], [0, 0]), updates: int([2], [200, 100]), shape: int([1], [2]) },
        int([2], [44, 0]),
      ),
    ],
  ),
  operation(
    'ScatterNd of int64',
    'ScatterNd',
    { places: 'INT32', updates: 'INT32', shape: 'INT32' },
    { T: { type: 'DT_INT64' }, Tindices: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'a sum that fits',
        { places: int([2, 1], [0, 0]), updates: int([2], [2147483647, -1]), shape: int([1], [1]) },
        int([1], [2147483646]),
      ),
      refused(
        'a sum that does not fit 32 bits',
        { places: int([2, 1], [0, 0]), updates: int([2], [2147483647, 1]), shape: int([1], [1]) },
        /does not fit 32 bits/,
      ),
    ],
  ),
  operation(
    'TensorScatterUpdate of numbers',
    'TensorScatterUpdate',
    { x: 'FP32', places: 'INT32', updates: 'FP32' },
    { T: { type: 'DT_FLOAT' }, Tindices: { type: 'DT_INT32' } },
    'FP32',
    [
      answered(
        'rows',
        { x: float([2, 2], [1, 2, 3, 4]), places: int([1, 1], [1]), updates: float([1, 2], [nan, infinity]) },
        float([2, 2], [1, 2, nan, infinity]),
      ),
      answered(
        'the last of two',
        { x: float([2], [1, 2]), places: int([2, 1], [0, 0]), updates: float([2], [5, 6]) },
        float([2], [6, 2]),
      ),
      answered(
        'none',
        { x: float([2], [1, 2]), places: int([0, 1]), updates: float([0]) },
        float([2], [1, 2]),
      ),
      refused(
        'a place outside',
        { x: float([2], [1, 2]), places: int([1, 1], [2]), updates: float([1], [5]) },
        /the index 2/,
      ),
    ],
  ),
  operation(
    'TensorScatterUpdate of int32',
    'TensorScatterUpdate',
    { x: 'INT32', places: 'INT32', updates: 'INT32' },
    { T: { type: 'DT_INT32' }, Tindices: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'the extremes',
        { x: int([2], [16777217, 1]), places: int([1, 1], [1]), updates: int([1], [-2147483648]) },
        int([2], [16777217, -2147483648]),
      ),
    ],
  ),
  operation(
    'SparseToDense of numbers',
    'SparseToDense',
    { places: 'INT32', shape: 'INT32', values: 'FP32', otherwise: 'FP32' },
    { T: { type: 'DT_FLOAT' }, Tindices: { type: 'DT_INT32' }, validate_indices: flag(true) },
    'FP32',
    [
      answered(
        'a matrix',
        {
          places: int([2, 2], [0, 1, 1, 0]),
          shape: int([2], [2, 3]),
          values: float([2], [5, 6]),
          otherwise: float([], [9]),
        },
        float([2, 3], [9, 5, 9, 6, 9, 9]),
      ),
      answered(
        'a list of places, and one value for all',
        { places: int([2], [1, 2]), shape: int([1], [4]), values: float([], [5]), otherwise: float([], [9]) },
        float([4], [9, 5, 5, 9]),
      ),
      answered(
        'one place',
        { places: int([], [2]), shape: int([1], [3]), values: float([], [5]), otherwise: float([], [nan]) },
        float([3], [nan, nan, 5]),
      ),
      answered(
        'no places',
        { places: int([0, 2]), shape: int([2], [1, 2]), values: float([0]), otherwise: float([], [3]) },
        float([1, 2], [3, 3]),
      ),
      refused(
        'places that fall',
        {
          places: int([2], [2, 1]),
          shape: int([1], [3]),
          values: float([2], [1, 2]),
          otherwise: float([], [0]),
        },
        /the place \[1\] is out of order/,
      ),
      refused(
        'a place twice',
        {
          places: int([2, 2], [0, 1, 0, 1]),
          shape: int([2], [1, 2]),
          values: float([2], [1, 2]),
          otherwise: float([], [0]),
        },
        /the place \[0,1\] is repeated/,
      ),
      refused(
        'a place outside',
        { places: int([1], [3]), shape: int([1], [3]), values: float([1], [1]), otherwise: float([], [0]) },
        /the index 3/,
      ),
    ],
  ),
  operation(
    'SparseToDense of places in any order',
    'SparseToDense',
    { places: 'INT32', shape: 'INT32', values: 'INT32', otherwise: 'INT32' },
    { T: { type: 'DT_INT32' }, Tindices: { type: 'DT_INT32' }, validate_indices: flag(false) },
    'INT32',
    [
      answered(
        'where nobody asks for an order',
        {
          places: int([2], [2, 1]),
          shape: int([1], [3]),
          values: int([2], [2147483647, 16777217]),
          otherwise: int([], [-2147483648]),
        },
        int([3], [-2147483648, 16777217, 2147483647]),
      ),
    ],
  ),
];
