import { answered, float, type GateCase, int, operation, refused } from '../../../gate/gate_cases/case.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

/** Values by the documentation of tf.unique and of the operations on parts of tensors. */
export const UNIQUE_CASES: readonly GateCase[] = [
  operation(
    'UniqueV2, values',
    'UniqueV2',
    { x: 'INT32', axis: 'INT32' },
    { T: { type: 'DT_INT32' }, Taxis: { type: 'DT_INT32' }, out_idx: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'rows',
        { x: int([3, 3], [1, 0, 0, 1, 0, 0, 2, 0, 0]), axis: int([1], [0]) },
        int([2, 3], [1, 0, 0, 2, 0, 0]),
      ),
      answered(
        'columns, counted from the end',
        { x: int([3, 3], [1, 0, 0, 1, 0, 0, 2, 0, 0]), axis: int([1], [-1]) },
        int([3, 2], [1, 0, 1, 0, 2, 0]),
      ),
      answered(
        'a list without an axis',
        { x: int([3], [2147483647, 16777217, 2147483647]), axis: int([0]) },
        int([2], [2147483647, 16777217]),
      ),
      answered(
        'neighbors above 2^24',
        { x: int([2, 1], [16777217, 16777216]), axis: int([1], [0]) },
        int([2, 1], [16777217, 16777216]),
      ),
      answered('no rows', { x: int([0, 3]), axis: int([1], [0]) }, int([0, 3])),
      refused(
        'an axis that is not there',
        { x: int([3, 3], [1, 0, 0, 1, 0, 0, 2, 0, 0]), axis: int([1], [2]) },
        /is not a dimension/,
      ),
    ],
  ),
  operation(
    'UniqueV2 of numbers, values',
    'UniqueV2',
    { x: 'FP32', axis: 'INT32' },
    { T: { type: 'DT_FLOAT' }, Taxis: { type: 'DT_INT32' }, out_idx: { type: 'DT_INT32' } },
    'FP32',
    [
      answered(
        'a row with NaN equals none',
        { x: float([4, 1], [nan, 1, nan, 1]), axis: int([1], [0]) },
        float([3, 1], [nan, 1, nan]),
      ),
    ],
  ),
  operation(
    'UniqueV2, places',
    'UniqueV2',
    { x: 'INT32', axis: 'INT32' },
    { T: { type: 'DT_INT32' }, Taxis: { type: 'DT_INT32' }, out_idx: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'rows',
        { x: int([3, 3], [1, 0, 0, 1, 0, 0, 2, 0, 0]), axis: int([1], [0]) },
        int([3], [0, 0, 1]),
      ),
      answered(
        'columns, counted from the end',
        { x: int([3, 3], [1, 0, 0, 1, 0, 0, 2, 0, 0]), axis: int([1], [-1]) },
        int([3], [0, 1, 1]),
      ),
      answered(
        'a list without an axis',
        { x: int([3], [2147483647, 16777217, 2147483647]), axis: int([0]) },
        int([3], [0, 1, 0]),
      ),
      answered(
        'neighbors above 2^24',
        { x: int([2, 1], [16777217, 16777216]), axis: int([1], [0]) },
        int([2], [0, 1]),
      ),
      answered('no rows', { x: int([0, 3]), axis: int([1], [0]) }, int([0])),
      refused(
        'an axis that is not there',
        { x: int([3, 3], [1, 0, 0, 1, 0, 0, 2, 0, 0]), axis: int([1], [2]) },
        /is not a dimension/,
      ),
    ],
    1,
  ),
  operation(
    'UniqueV2 of numbers, places',
    'UniqueV2',
    { x: 'FP32', axis: 'INT32' },
    { T: { type: 'DT_FLOAT' }, Taxis: { type: 'DT_INT32' }, out_idx: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'a row with NaN equals none',
        { x: float([4, 1], [nan, 1, nan, 1]), axis: int([1], [0]) },
        int([4], [0, 1, 2, 1]),
      ),
    ],
    1,
  ),
  operation(
    'UniqueWithCountsV2, values',
    'UniqueWithCountsV2',
    { x: 'INT32', axis: 'INT32' },
    { T: { type: 'DT_INT32' }, Taxis: { type: 'DT_INT32' }, out_idx: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'rows',
        { x: int([3, 3], [1, 0, 0, 1, 0, 0, 2, 0, 0]), axis: int([1], [0]) },
        int([2, 3], [1, 0, 0, 2, 0, 0]),
      ),
      answered(
        'columns, counted from the end',
        { x: int([3, 3], [1, 0, 0, 1, 0, 0, 2, 0, 0]), axis: int([1], [-1]) },
        int([3, 2], [1, 0, 1, 0, 2, 0]),
      ),
      answered(
        'a list without an axis',
        { x: int([3], [2147483647, 16777217, 2147483647]), axis: int([0]) },
        int([2], [2147483647, 16777217]),
      ),
      answered(
        'neighbors above 2^24',
        { x: int([2, 1], [16777217, 16777216]), axis: int([1], [0]) },
        int([2, 1], [16777217, 16777216]),
      ),
      answered('no rows', { x: int([0, 3]), axis: int([1], [0]) }, int([0, 3])),
      refused(
        'an axis that is not there',
        { x: int([3, 3], [1, 0, 0, 1, 0, 0, 2, 0, 0]), axis: int([1], [2]) },
        /is not a dimension/,
      ),
    ],
  ),
  operation(
    'UniqueWithCountsV2 of numbers, values',
    'UniqueWithCountsV2',
    { x: 'FP32', axis: 'INT32' },
    { T: { type: 'DT_FLOAT' }, Taxis: { type: 'DT_INT32' }, out_idx: { type: 'DT_INT32' } },
    'FP32',
    [
      answered(
        'a row with NaN equals none',
        { x: float([4, 1], [nan, 1, nan, 1]), axis: int([1], [0]) },
        float([3, 1], [nan, 1, nan]),
      ),
    ],
  ),
  operation(
    'UniqueWithCountsV2, places',
    'UniqueWithCountsV2',
    { x: 'INT32', axis: 'INT32' },
    { T: { type: 'DT_INT32' }, Taxis: { type: 'DT_INT32' }, out_idx: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'rows',
        { x: int([3, 3], [1, 0, 0, 1, 0, 0, 2, 0, 0]), axis: int([1], [0]) },
        int([3], [0, 0, 1]),
      ),
      answered(
        'columns, counted from the end',
        { x: int([3, 3], [1, 0, 0, 1, 0, 0, 2, 0, 0]), axis: int([1], [-1]) },
        int([3], [0, 1, 1]),
      ),
      answered(
        'a list without an axis',
        { x: int([3], [2147483647, 16777217, 2147483647]), axis: int([0]) },
        int([3], [0, 1, 0]),
      ),
      answered(
        'neighbors above 2^24',
        { x: int([2, 1], [16777217, 16777216]), axis: int([1], [0]) },
        int([2], [0, 1]),
      ),
      answered('no rows', { x: int([0, 3]), axis: int([1], [0]) }, int([0])),
      refused(
        'an axis that is not there',
        { x: int([3, 3], [1, 0, 0, 1, 0, 0, 2, 0, 0]), axis: int([1], [2]) },
        /is not a dimension/,
      ),
    ],
    1,
  ),
  operation(
    'UniqueWithCountsV2 of numbers, places',
    'UniqueWithCountsV2',
    { x: 'FP32', axis: 'INT32' },
    { T: { type: 'DT_FLOAT' }, Taxis: { type: 'DT_INT32' }, out_idx: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'a row with NaN equals none',
        { x: float([4, 1], [nan, 1, nan, 1]), axis: int([1], [0]) },
        int([4], [0, 1, 2, 1]),
      ),
    ],
    1,
  ),
  operation(
    'UniqueWithCountsV2, counts',
    'UniqueWithCountsV2',
    { x: 'INT32', axis: 'INT32' },
    { T: { type: 'DT_INT32' }, Taxis: { type: 'DT_INT32' }, out_idx: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'rows',
        { x: int([3, 3], [1, 0, 0, 1, 0, 0, 2, 0, 0]), axis: int([1], [0]) },
        int([2], [2, 1]),
      ),
      answered(
        'columns, counted from the end',
        { x: int([3, 3], [1, 0, 0, 1, 0, 0, 2, 0, 0]), axis: int([1], [-1]) },
        int([2], [1, 2]),
      ),
      answered(
        'a list without an axis',
        { x: int([3], [2147483647, 16777217, 2147483647]), axis: int([0]) },
        int([2], [2, 1]),
      ),
      answered(
        'neighbors above 2^24',
        { x: int([2, 1], [16777217, 16777216]), axis: int([1], [0]) },
        int([2], [1, 1]),
      ),
      answered('no rows', { x: int([0, 3]), axis: int([1], [0]) }, int([0])),
      refused(
        'an axis that is not there',
        { x: int([3, 3], [1, 0, 0, 1, 0, 0, 2, 0, 0]), axis: int([1], [2]) },
        /is not a dimension/,
      ),
    ],
    2,
  ),
  operation(
    'UniqueWithCountsV2 of numbers, counts',
    'UniqueWithCountsV2',
    { x: 'FP32', axis: 'INT32' },
    { T: { type: 'DT_FLOAT' }, Taxis: { type: 'DT_INT32' }, out_idx: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'a row with NaN equals none',
        { x: float([4, 1], [nan, 1, nan, 1]), axis: int([1], [0]) },
        int([3], [1, 2, 1]),
      ),
    ],
    2,
  ),
  operation(
    'Unique, values',
    'Unique',
    { x: 'FP32' },
    { T: { type: 'DT_FLOAT' }, out_idx: { type: 'DT_INT32' } },
    'FP32',
    [
      answered(
        'in the order of their first occurrence',
        { x: float([5], [3, 1, 3, infinity, infinity]) },
        float([3], [3, 1, infinity]),
      ),
      answered('NaN equals nothing', { x: float([2], [nan, nan]) }, float([2], [nan, nan])),
      answered('no values', { x: float([0]) }, float([0])),
    ],
  ),
  operation(
    'Unique, places',
    'Unique',
    { x: 'FP32' },
    { T: { type: 'DT_FLOAT' }, out_idx: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'in the order of their first occurrence',
        { x: float([5], [3, 1, 3, infinity, infinity]) },
        int([5], [0, 1, 0, 2, 2]),
      ),
      answered('NaN equals nothing', { x: float([2], [nan, nan]) }, int([2], [0, 1])),
      answered('no values', { x: float([0]) }, int([0])),
    ],
    1,
  ),
];
