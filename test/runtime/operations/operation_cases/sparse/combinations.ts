import {
  answered,
  answeredNearly,
  float,
  type GateCase,
  int,
  operation,
  refused,
} from '../../../gate/gate_cases/case.ts';

/** Values by arithmetic, as the documentation of tf.sparse describes it. */
export const SPARSE_COMBINATION_CASES: readonly GateCase[] = [
  operation(
    'SparseDenseCwiseAdd',
    'SparseDenseCwiseAdd',
    { places: 'INT32', values: 'FP32', shape: 'INT32', dense: 'FP32' },
    { T: { type: 'DT_FLOAT' } },
    'FP32',
    [
      answered(
        'at the places',
        {
          places: int([3, 2], [0, 1, 1, 0, 1, 2]),
          values: float([3], [1, 2, 4]),
          shape: int([2], [2, 3]),
          dense: float([2, 3], [9, 10, 9, 1, 9, 4]),
        },
        float([3], [11, 3, 8]),
      ),
      answered(
        'a row for all',
        {
          places: int([3, 2], [0, 1, 1, 0, 1, 2]),
          values: float([3], [1, 2, 4]),
          shape: int([2], [2, 3]),
          dense: float([3], [10, 20, 30]),
        },
        float([3], [21, 12, 34]),
      ),
      answered(
        'nothing',
        {
          places: int([0, 2]),
          values: float([0]),
          shape: int([2], [2, 3]),
          dense: float([2, 3], [9, 10, 9, 1, 9, 4]),
        },
        float([0]),
      ),
      refused(
        'more dimensions',
        {
          places: int([3, 2], [0, 1, 1, 0, 1, 2]),
          values: float([3], [1, 2, 4]),
          shape: int([2], [2, 3]),
          dense: float([1, 2, 3], [0, 0, 0, 0, 0, 0]),
        },
        /does not broadcast/,
      ),
    ],
  ),
  operation(
    'SparseDenseCwiseMul',
    'SparseDenseCwiseMul',
    { places: 'INT32', values: 'FP32', shape: 'INT32', dense: 'FP32' },
    { T: { type: 'DT_FLOAT' } },
    'FP32',
    [
      answered(
        'at the places',
        {
          places: int([3, 2], [0, 1, 1, 0, 1, 2]),
          values: float([3], [1, 2, 4]),
          shape: int([2], [2, 3]),
          dense: float([2, 3], [9, 10, 9, 1, 9, 4]),
        },
        float([3], [10, 2, 16]),
      ),
      answered(
        'a row for all',
        {
          places: int([3, 2], [0, 1, 1, 0, 1, 2]),
          values: float([3], [1, 2, 4]),
          shape: int([2], [2, 3]),
          dense: float([3], [10, 20, 30]),
        },
        float([3], [20, 20, 120]),
      ),
      answered(
        'nothing',
        {
          places: int([0, 2]),
          values: float([0]),
          shape: int([2], [2, 3]),
          dense: float([2, 3], [9, 10, 9, 1, 9, 4]),
        },
        float([0]),
      ),
      refused(
        'more dimensions',
        {
          places: int([3, 2], [0, 1, 1, 0, 1, 2]),
          values: float([3], [1, 2, 4]),
          shape: int([2], [2, 3]),
          dense: float([1, 2, 3], [0, 0, 0, 0, 0, 0]),
        },
        /does not broadcast/,
      ),
    ],
  ),
  operation(
    'SparseDenseCwiseDiv',
    'SparseDenseCwiseDiv',
    { places: 'INT32', values: 'FP32', shape: 'INT32', dense: 'FP32' },
    { T: { type: 'DT_FLOAT' } },
    'FP32',
    [
      answered(
        'at the places',
        {
          places: int([3, 2], [0, 1, 1, 0, 1, 2]),
          values: float([3], [1, 2, 4]),
          shape: int([2], [2, 3]),
          dense: float([2, 3], [9, 10, 9, 1, 9, 4]),
        },
        float([3], [0.10000000149011612, 2, 1]),
      ),
      answeredNearly(
        'a row for all',
        {
          places: int([3, 2], [0, 1, 1, 0, 1, 2]),
          values: float([3], [1, 2, 4]),
          shape: int([2], [2, 3]),
          dense: float([3], [10, 20, 30]),
        },
        float([3], [0.05, 0.2, 0.13333334]),
      ),
      answered(
        'nothing',
        {
          places: int([0, 2]),
          values: float([0]),
          shape: int([2], [2, 3]),
          dense: float([2, 3], [9, 10, 9, 1, 9, 4]),
        },
        float([0]),
      ),
      refused(
        'more dimensions',
        {
          places: int([3, 2], [0, 1, 1, 0, 1, 2]),
          values: float([3], [1, 2, 4]),
          shape: int([2], [2, 3]),
          dense: float([1, 2, 3], [0, 0, 0, 0, 0, 0]),
        },
        /does not broadcast/,
      ),
    ],
  ),
  operation(
    'SparseDenseCwiseMul of int32',
    'SparseDenseCwiseMul',
    { places: 'INT32', values: 'INT32', shape: 'INT32', dense: 'INT32' },
    { T: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'products wrap',
        {
          places: int([1, 2], [0, 0]),
          values: int([1], [65537]),
          shape: int([2], [1, 1]),
          dense: int([1, 1], [65537]),
        },
        int([1], [131073]),
      ),
    ],
  ),
  operation(
    'SparseTensorDenseAdd',
    'SparseTensorDenseAdd',
    { places: 'INT32', values: 'FP32', shape: 'INT32', dense: 'FP32' },
    { T: { type: 'DT_FLOAT' }, Tindices: { type: 'DT_INT32' } },
    'FP32',
    [
      answered(
        'at the places',
        {
          places: int([3, 2], [0, 1, 1, 0, 1, 2]),
          values: float([3], [1, 2, 4]),
          shape: int([2], [2, 3]),
          dense: float([2, 3], [9, 10, 9, 1, 9, 4]),
        },
        float([2, 3], [9, 11, 9, 3, 9, 8]),
      ),
      refused(
        'another shape',
        {
          places: int([3, 2], [0, 1, 1, 0, 1, 2]),
          values: float([3], [1, 2, 4]),
          shape: int([2], [2, 3]),
          dense: float([3], [1, 2, 3]),
        },
        /differ/,
      ),
    ],
  ),
];
