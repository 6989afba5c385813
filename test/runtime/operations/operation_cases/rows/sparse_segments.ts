import {
  answered,
  answeredNearly,
  float,
  type GateCase,
  int,
  operation,
  refused,
} from '../../../gate/gate_cases/case.ts';

/** Values by the documentation of tf.sparse.segment_sum, tf.sparse.segment_mean and tf.sparse.segment_sqrt_n. */
export const SPARSE_SEGMENT_CASES: readonly GateCase[] = [
  operation(
    'SparseSegmentSum of chosen rows',
    'SparseSegmentSum',
    { x: 'FP32', rows: 'INT32', ids: 'INT32' },
    {
      T: { type: 'DT_FLOAT' },
      Tindices: { type: 'DT_INT32' },
      Tidx: { type: 'DT_INT32' },
      Tnumsegments: { type: 'DT_INT32' },
      Tsegmentids: { type: 'DT_INT32' },
    },
    'FP32',
    [
      answered(
        'a row that is chosen twice',
        { x: float([3, 2], [1, 2, 3, 4, -5, 6]), rows: int([3], [2, 0, 0]), ids: int([3], [0, 0, 2]) },
        float([3, 2], [-4, 8, 0, 0, 1, 2]),
      ),
      answered(
        'no rows',
        { x: float([3, 2], [1, 2, 3, 4, -5, 6]), rows: int([0]), ids: int([0]) },
        float([0, 2]),
      ),
      answered(
        'a list',
        { x: float([2], [1, 2]), rows: int([2], [1, 1]), ids: int([2], [0, 0]) },
        float([1], [4]),
      ),
      refused(
        'a row that there is not',
        { x: float([3, 2], [1, 2, 3, 4, -5, 6]), rows: int([1], [3]), ids: int([1], [0]) },
        /the index 3/,
      ),
      refused(
        'a row before the first',
        { x: float([3, 2], [1, 2, 3, 4, -5, 6]), rows: int([1], [-1]), ids: int([1], [0]) },
        /the index -1/,
      ),
    ],
  ),
  operation(
    'SparseSegmentSumWithNumSegments',
    'SparseSegmentSumWithNumSegments',
    { x: 'FP32', rows: 'INT32', ids: 'INT32', count: 'INT32' },
    {
      T: { type: 'DT_FLOAT' },
      Tindices: { type: 'DT_INT32' },
      Tidx: { type: 'DT_INT32' },
      Tnumsegments: { type: 'DT_INT32' },
      Tsegmentids: { type: 'DT_INT32' },
    },
    'FP32',
    [
      answered(
        'segments without rows at the end',
        {
          x: float([3, 2], [1, 2, 3, 4, -5, 6]),
          rows: int([3], [2, 0, 0]),
          ids: int([3], [0, 0, 2]),
          count: int([], [4]),
        },
        float([4, 2], [-4, 8, 0, 0, 1, 2, 0, 0]),
      ),
      answered(
        'none at all',
        { x: float([3, 2], [1, 2, 3, 4, -5, 6]), rows: int([0]), ids: int([0]), count: int([], [2]) },
        float([2, 2], [0, 0, 0, 0]),
      ),
      refused(
        'fewer than there are',
        {
          x: float([3, 2], [1, 2, 3, 4, -5, 6]),
          rows: int([3], [2, 0, 0]),
          ids: int([3], [0, 0, 2]),
          count: int([], [2]),
        },
        /the segment 2 is not below 2/,
      ),
    ],
  ),
  operation(
    'SparseSegmentMean of chosen rows',
    'SparseSegmentMean',
    { x: 'FP32', rows: 'INT32', ids: 'INT32' },
    {
      T: { type: 'DT_FLOAT' },
      Tindices: { type: 'DT_INT32' },
      Tidx: { type: 'DT_INT32' },
      Tnumsegments: { type: 'DT_INT32' },
      Tsegmentids: { type: 'DT_INT32' },
    },
    'FP32',
    [
      answered(
        'a row that is chosen twice',
        { x: float([3, 2], [1, 2, 3, 4, -5, 6]), rows: int([3], [2, 0, 0]), ids: int([3], [0, 0, 2]) },
        float([3, 2], [-2, 4, 0, 0, 1, 2]),
      ),
      answered(
        'no rows',
        { x: float([3, 2], [1, 2, 3, 4, -5, 6]), rows: int([0]), ids: int([0]) },
        float([0, 2]),
      ),
      answered(
        'a list',
        { x: float([2], [1, 2]), rows: int([2], [1, 1]), ids: int([2], [0, 0]) },
        float([1], [2]),
      ),
      refused(
        'a row that there is not',
        { x: float([3, 2], [1, 2, 3, 4, -5, 6]), rows: int([1], [3]), ids: int([1], [0]) },
        /the index 3/,
      ),
      refused(
        'a row before the first',
        { x: float([3, 2], [1, 2, 3, 4, -5, 6]), rows: int([1], [-1]), ids: int([1], [0]) },
        /the index -1/,
      ),
    ],
  ),
  operation(
    'SparseSegmentMeanWithNumSegments',
    'SparseSegmentMeanWithNumSegments',
    { x: 'FP32', rows: 'INT32', ids: 'INT32', count: 'INT32' },
    {
      T: { type: 'DT_FLOAT' },
      Tindices: { type: 'DT_INT32' },
      Tidx: { type: 'DT_INT32' },
      Tnumsegments: { type: 'DT_INT32' },
      Tsegmentids: { type: 'DT_INT32' },
    },
    'FP32',
    [
      answered(
        'segments without rows at the end',
        {
          x: float([3, 2], [1, 2, 3, 4, -5, 6]),
          rows: int([3], [2, 0, 0]),
          ids: int([3], [0, 0, 2]),
          count: int([], [4]),
        },
        float([4, 2], [-2, 4, 0, 0, 1, 2, 0, 0]),
      ),
      answered(
        'none at all',
        { x: float([3, 2], [1, 2, 3, 4, -5, 6]), rows: int([0]), ids: int([0]), count: int([], [2]) },
        float([2, 2], [0, 0, 0, 0]),
      ),
      refused(
        'fewer than there are',
        {
          x: float([3, 2], [1, 2, 3, 4, -5, 6]),
          rows: int([3], [2, 0, 0]),
          ids: int([3], [0, 0, 2]),
          count: int([], [2]),
        },
        /the segment 2 is not below 2/,
      ),
    ],
  ),
  operation(
    'SparseSegmentSqrtN of chosen rows',
    'SparseSegmentSqrtN',
    { x: 'FP32', rows: 'INT32', ids: 'INT32' },
    {
      T: { type: 'DT_FLOAT' },
      Tindices: { type: 'DT_INT32' },
      Tidx: { type: 'DT_INT32' },
      Tnumsegments: { type: 'DT_INT32' },
      Tsegmentids: { type: 'DT_INT32' },
    },
    'FP32',
    [
      answeredNearly(
        'a row that is chosen twice',
        { x: float([3, 2], [1, 2, 3, 4, -5, 6]), rows: int([3], [2, 0, 0]), ids: int([3], [0, 0, 2]) },
        float([3, 2], [-2.828427, 5.656854, 0, 0, 1, 2]),
      ),
      answered(
        'no rows',
        { x: float([3, 2], [1, 2, 3, 4, -5, 6]), rows: int([0]), ids: int([0]) },
        float([0, 2]),
      ),
      answeredNearly(
        'a list',
        { x: float([2], [1, 2]), rows: int([2], [1, 1]), ids: int([2], [0, 0]) },
        float([1], [2.828427]),
      ),
      refused(
        'a row that there is not',
        { x: float([3, 2], [1, 2, 3, 4, -5, 6]), rows: int([1], [3]), ids: int([1], [0]) },
        /the index 3/,
      ),
      refused(
        'a row before the first',
        { x: float([3, 2], [1, 2, 3, 4, -5, 6]), rows: int([1], [-1]), ids: int([1], [0]) },
        /the index -1/,
      ),
    ],
  ),
  operation(
    'SparseSegmentSqrtNWithNumSegments',
    'SparseSegmentSqrtNWithNumSegments',
    { x: 'FP32', rows: 'INT32', ids: 'INT32', count: 'INT32' },
    {
      T: { type: 'DT_FLOAT' },
      Tindices: { type: 'DT_INT32' },
      Tidx: { type: 'DT_INT32' },
      Tnumsegments: { type: 'DT_INT32' },
      Tsegmentids: { type: 'DT_INT32' },
    },
    'FP32',
    [
      answeredNearly(
        'segments without rows at the end',
        {
          x: float([3, 2], [1, 2, 3, 4, -5, 6]),
          rows: int([3], [2, 0, 0]),
          ids: int([3], [0, 0, 2]),
          count: int([], [4]),
        },
        float([4, 2], [-2.828427, 5.656854, 0, 0, 1, 2, 0, 0]),
      ),
      answered(
        'none at all',
        { x: float([3, 2], [1, 2, 3, 4, -5, 6]), rows: int([0]), ids: int([0]), count: int([], [2]) },
        float([2, 2], [0, 0, 0, 0]),
      ),
      refused(
        'fewer than there are',
        {
          x: float([3, 2], [1, 2, 3, 4, -5, 6]),
          rows: int([3], [2, 0, 0]),
          ids: int([3], [0, 0, 2]),
          count: int([], [2]),
        },
        /the segment 2 is not below 2/,
      ),
    ],
  ),
  operation(
    'UnsortedSegmentProd in any order',
    'UnsortedSegmentProd',
    { x: 'FP32', ids: 'INT32', count: 'INT32' },
    {
      T: { type: 'DT_FLOAT' },
      Tindices: { type: 'DT_INT32' },
      Tidx: { type: 'DT_INT32' },
      Tnumsegments: { type: 'DT_INT32' },
      Tsegmentids: { type: 'DT_INT32' },
    },
    'FP32',
    [
      answered(
        'negative numbers are left out',
        { x: float([3, 2], [1, 2, 3, 4, -5, 6]), ids: int([3], [-1, 1, 1]), count: int([], [3]) },
        float([3, 2], [1, 1, -15, 24, 1, 1]),
      ),
      answered(
        'no rows',
        { x: float([0, 2]), ids: int([0]), count: int([], [2]) },
        float([2, 2], [1, 1, 1, 1]),
      ),
      answered(
        'a number for each element',
        { x: float([2, 2], [1, 2, 3, 4]), ids: int([2, 2], [0, 1, 1, 0]), count: int([], [2]) },
        float([2], [4, 6]),
      ),
      refused(
        'beyond the last',
        { x: float([3, 2], [1, 2, 3, 4, -5, 6]), ids: int([3], [0, 0, 3]), count: int([], [3]) },
        /the segment 3 is not below 3/,
      ),
    ],
  ),
];
