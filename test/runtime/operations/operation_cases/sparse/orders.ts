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

/** Values by the documentation of tf.sparse.reorder and tf.sparse.split. */
export const SPARSE_ORDER_CASES: readonly GateCase[] = [
  operation(
    'SparseReorder, places',
    'SparseReorder',
    { places: 'INT32', values: 'FP32', shape: 'INT32' },
    { T: { type: 'DT_FLOAT' } },
    'INT32',
    [
      answered(
        'rows first',
        { places: int([3, 2], [1, 0, 0, 2, 0, 1]), values: float([3], [1, nan, 3]), shape: int([2], [2, 3]) },
        int([3, 2], [0, 1, 0, 2, 1, 0]),
      ),
      answered('nothing', { places: int([0, 2]), values: float([0]), shape: int([2], [2, 3]) }, int([0, 2])),
      refused(
        'a place outside',
        { places: int([1, 2], [2, 0]), values: float([1], [1]), shape: int([2], [2, 3]) },
        /the place \[2,0\] is outside/,
      ),
      refused(
        'more values than places',
        { places: int([1, 2], [0, 0]), values: float([2], [1, 2]), shape: int([2], [2, 3]) },
        /are not one for each of 1 places/,
      ),
    ],
  ),
  operation(
    'SparseReorder, values',
    'SparseReorder',
    { places: 'INT32', values: 'FP32', shape: 'INT32' },
    { T: { type: 'DT_FLOAT' } },
    'FP32',
    [
      answered(
        'rows first',
        { places: int([3, 2], [1, 0, 0, 2, 0, 1]), values: float([3], [1, nan, 3]), shape: int([2], [2, 3]) },
        float([3], [3, nan, 1]),
      ),
      answered('nothing', { places: int([0, 2]), values: float([0]), shape: int([2], [2, 3]) }, float([0])),
      refused(
        'a place outside',
        { places: int([1, 2], [2, 0]), values: float([1], [1]), shape: int([2], [2, 3]) },
        /the place \[2,0\] is outside/,
      ),
      refused(
        'more values than places',
        { places: int([1, 2], [0, 0]), values: float([2], [1, 2]), shape: int([2], [2, 3]) },
        /are not one for each of 1 places/,
      ),
    ],
    1,
  ),
  operation(
    'SparseReorder of strings',
    'SparseReorder',
    { places: 'INT32', values: 'BYTES', shape: 'INT32' },
    { T: { type: 'DT_STRING' } },
    'BYTES',
    [
      answered(
        'values follow their places',
        { places: int([2, 2], [1, 0, 0, 2]), values: strings([2], ['a', 'b']), shape: int([2], [2, 3]) },
        strings([2], ['b', 'a']),
      ),
    ],
    1,
  ),
  operation(
    'SparseReorder of int32',
    'SparseReorder',
    { places: 'INT32', values: 'INT32', shape: 'INT32' },
    { T: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'the extremes',
        {
          places: int([2, 2], [1, 0, 0, 2]),
          values: int([2], [2147483647, 16777217]),
          shape: int([2], [2, 3]),
        },
        int([2], [16777217, 2147483647]),
      ),
    ],
    1,
  ),
  operation(
    'SparseSplit, the first places',
    'SparseSplit',
    { axis: 'INT32', places: 'INT32', values: 'FP32', shape: 'INT32' },
    { T: { type: 'DT_FLOAT' }, num_split: { i: '2' } },
    'INT32',
    [
      answered(
        'columns',
        {
          axis: int([], [1]),
          places: int([4, 2], [0, 1, 1, 0, 1, 3, 2, 2]),
          values: float([4], [1, 2, 3, 4]),
          shape: int([2], [3, 4]),
        },
        int([2, 2], [0, 1, 1, 0]),
      ),
    ],
  ),
  operation(
    'SparseSplit, the second places',
    'SparseSplit',
    { axis: 'INT32', places: 'INT32', values: 'FP32', shape: 'INT32' },
    { T: { type: 'DT_FLOAT' }, num_split: { i: '2' } },
    'INT32',
    [
      answered(
        'columns',
        {
          axis: int([], [1]),
          places: int([4, 2], [0, 1, 1, 0, 1, 3, 2, 2]),
          values: float([4], [1, 2, 3, 4]),
          shape: int([2], [3, 4]),
        },
        int([2, 2], [1, 1, 2, 0]),
      ),
    ],
    1,
  ),
  operation(
    'SparseSplit, the first values',
    'SparseSplit',
    { axis: 'INT32', places: 'INT32', values: 'FP32', shape: 'INT32' },
    { T: { type: 'DT_FLOAT' }, num_split: { i: '2' } },
    'FP32',
    [
      answered(
        'columns',
        {
          axis: int([], [1]),
          places: int([4, 2], [0, 1, 1, 0, 1, 3, 2, 2]),
          values: float([4], [1, 2, 3, 4]),
          shape: int([2], [3, 4]),
        },
        float([2], [1, 2]),
      ),
    ],
    2,
  ),
  operation(
    'SparseSplit, the second values',
    'SparseSplit',
    { axis: 'INT32', places: 'INT32', values: 'FP32', shape: 'INT32' },
    { T: { type: 'DT_FLOAT' }, num_split: { i: '2' } },
    'FP32',
    [
      answered(
        'columns',
        {
          axis: int([], [1]),
          places: int([4, 2], [0, 1, 1, 0, 1, 3, 2, 2]),
          values: float([4], [1, 2, 3, 4]),
          shape: int([2], [3, 4]),
        },
        float([2], [3, 4]),
      ),
    ],
    3,
  ),
  operation(
    'SparseSplit, the first shape',
    'SparseSplit',
    { axis: 'INT32', places: 'INT32', values: 'FP32', shape: 'INT32' },
    { T: { type: 'DT_FLOAT' }, num_split: { i: '2' } },
    'INT32',
    [
      answered(
        'columns',
        {
          axis: int([], [1]),
          places: int([4, 2], [0, 1, 1, 0, 1, 3, 2, 2]),
          values: float([4], [1, 2, 3, 4]),
          shape: int([2], [3, 4]),
        },
        int([2], [3, 2]),
      ),
    ],
    4,
  ),
  operation(
    'SparseSplit, the second shape',
    'SparseSplit',
    { axis: 'INT32', places: 'INT32', values: 'FP32', shape: 'INT32' },
    { T: { type: 'DT_FLOAT' }, num_split: { i: '2' } },
    'INT32',
    [
      answered(
        'columns',
        {
          axis: int([], [1]),
          places: int([4, 2], [0, 1, 1, 0, 1, 3, 2, 2]),
          values: float([4], [1, 2, 3, 4]),
          shape: int([2], [3, 4]),
        },
        int([2], [3, 2]),
      ),
    ],
    5,
  ),
  operation(
    'SparseSplit of an uneven size',
    'SparseSplit',
    { axis: 'INT32', places: 'INT32', values: 'FP32', shape: 'INT32' },
    { T: { type: 'DT_FLOAT' }, num_split: { i: '2' } },
    'INT32',
    [
      answered(
        'the first parts are larger',
        {
          axis: int([], [0]),
          places: int([4, 2], [0, 1, 1, 0, 1, 3, 2, 2]),
          values: float([4], [1, 2, 3, 4]),
          shape: int([2], [3, 4]),
        },
        int([2], [2, 4]),
      ),
      refused(
        'more parts than there is room for',
        {
          axis: int([], [0]),
          places: int([4, 2], [0, 1, 1, 0, 1, 3, 2, 2]),
          values: float([4], [1, 2, 3, 4]),
          shape: int([2], [1, 4]),
        },
        /outside of the shape/,
      ),
    ],
    4,
  ),
];
