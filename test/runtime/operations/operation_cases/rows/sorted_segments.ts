import { answered, float, type GateCase, int, operation, refused } from '../../../gate/gate_cases/case.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

/** Values by the documentation of tf.math.segment_sum and its siblings. */
export const SORTED_SEGMENT_CASES: readonly GateCase[] = [
  operation(
    'SegmentSum of numbers',
    'SegmentSum',
    { x: 'FP32', ids: 'INT32' },
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
        'a segment without rows between two',
        { x: float([3, 2], [1, 2, 3, 4, -5, 6]), ids: int([3], [0, 0, 2]) },
        float([3, 2], [4, 6, 0, 0, -5, 6]),
      ),
      answered('a list', { x: float([3], [1, 2, 3]), ids: int([3], [0, 0, 1]) }, float([2], [3, 3])),
      answered('no rows', { x: float([0, 2]), ids: int([0]) }, float([0, 2])),
      refused(
        'numbers that fall',
        { x: float([3, 2], [1, 2, 3, 4, -5, 6]), ids: int([3], [0, 1, 0]) },
        /the segment 0 follows 1/,
      ),
    ],
  ),
  operation(
    'SegmentSum of int32',
    'SegmentSum',
    { x: 'INT32', ids: 'INT32' },
    {
      T: { type: 'DT_INT32' },
      Tindices: { type: 'DT_INT32' },
      Tidx: { type: 'DT_INT32' },
      Tnumsegments: { type: 'DT_INT32' },
      Tsegmentids: { type: 'DT_INT32' },
    },
    'INT32',
    [
      answered(
        'the extremes, which wrap',
        { x: int([3], [2147483647, 2, 3]), ids: int([3], [0, 0, 1]) },
        int([2], [-2147483647, 3]),
      ),
    ],
  ),
  operation(
    'SegmentProd of numbers',
    'SegmentProd',
    { x: 'FP32', ids: 'INT32' },
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
        'a segment without rows between two',
        { x: float([3, 2], [1, 2, 3, 4, -5, 6]), ids: int([3], [0, 0, 2]) },
        float([3, 2], [3, 8, 1, 1, -5, 6]),
      ),
      answered('a list', { x: float([3], [1, 2, 3]), ids: int([3], [0, 0, 1]) }, float([2], [2, 3])),
      answered('no rows', { x: float([0, 2]), ids: int([0]) }, float([0, 2])),
      refused(
        'numbers that fall',
        { x: float([3, 2], [1, 2, 3, 4, -5, 6]), ids: int([3], [0, 1, 0]) },
        /the segment 0 follows 1/,
      ),
    ],
  ),
  operation(
    'SegmentProd of int32',
    'SegmentProd',
    { x: 'INT32', ids: 'INT32' },
    {
      T: { type: 'DT_INT32' },
      Tindices: { type: 'DT_INT32' },
      Tidx: { type: 'DT_INT32' },
      Tnumsegments: { type: 'DT_INT32' },
      Tsegmentids: { type: 'DT_INT32' },
    },
    'INT32',
    [
      answered(
        'the extremes, which wrap',
        { x: int([3], [2147483647, 2, 3]), ids: int([3], [0, 0, 1]) },
        int([2], [-2, 3]),
      ),
    ],
  ),
  operation(
    'SegmentMax of numbers',
    'SegmentMax',
    { x: 'FP32', ids: 'INT32' },
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
        'a segment without rows between two',
        { x: float([3, 2], [1, 2, 3, 4, -5, 6]), ids: int([3], [0, 0, 2]) },
        float([3, 2], [3, 4, 0, 0, -5, 6]),
      ),
      answered('a list', { x: float([3], [1, 2, 3]), ids: int([3], [0, 0, 1]) }, float([2], [2, 3])),
      answered('no rows', { x: float([0, 2]), ids: int([0]) }, float([0, 2])),
      refused(
        'numbers that fall',
        { x: float([3, 2], [1, 2, 3, 4, -5, 6]), ids: int([3], [0, 1, 0]) },
        /the segment 0 follows 1/,
      ),
    ],
  ),
  operation(
    'SegmentMax of int32',
    'SegmentMax',
    { x: 'INT32', ids: 'INT32' },
    {
      T: { type: 'DT_INT32' },
      Tindices: { type: 'DT_INT32' },
      Tidx: { type: 'DT_INT32' },
      Tnumsegments: { type: 'DT_INT32' },
      Tsegmentids: { type: 'DT_INT32' },
    },
    'INT32',
    [
      answered(
        'the extremes, which wrap',
        { x: int([3], [2147483647, 2, 3]), ids: int([3], [0, 0, 1]) },
        int([2], [2147483647, 3]),
      ),
    ],
  ),
  operation(
    'SegmentMin of numbers',
    'SegmentMin',
    { x: 'FP32', ids: 'INT32' },
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
        'a segment without rows between two',
        { x: float([3, 2], [1, 2, 3, 4, -5, 6]), ids: int([3], [0, 0, 2]) },
        float([3, 2], [1, 2, 0, 0, -5, 6]),
      ),
      answered('a list', { x: float([3], [1, 2, 3]), ids: int([3], [0, 0, 1]) }, float([2], [1, 3])),
      answered('no rows', { x: float([0, 2]), ids: int([0]) }, float([0, 2])),
      refused(
        'numbers that fall',
        { x: float([3, 2], [1, 2, 3, 4, -5, 6]), ids: int([3], [0, 1, 0]) },
        /the segment 0 follows 1/,
      ),
    ],
  ),
  operation(
    'SegmentMin of int32',
    'SegmentMin',
    { x: 'INT32', ids: 'INT32' },
    {
      T: { type: 'DT_INT32' },
      Tindices: { type: 'DT_INT32' },
      Tidx: { type: 'DT_INT32' },
      Tnumsegments: { type: 'DT_INT32' },
      Tsegmentids: { type: 'DT_INT32' },
    },
    'INT32',
    [
      answered(
        'the extremes, which wrap',
        { x: int([3], [2147483647, 2, 3]), ids: int([3], [0, 0, 1]) },
        int([2], [2, 3]),
      ),
    ],
  ),
  operation(
    'SegmentMean of numbers',
    'SegmentMean',
    { x: 'FP32', ids: 'INT32' },
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
        'means of rows',
        { x: float([3, 2], [1, 2, 3, 4, -5, 6]), ids: int([3], [0, 0, 1]) },
        float([2, 2], [2, 3, -5, 6]),
      ),
      answered(
        'infinities of both signs',
        { x: float([2], [infinity, -infinity]), ids: int([2], [0, 0]) },
        float([1], [nan]),
      ),
      answered('no rows', { x: float([0, 2]), ids: int([0]) }, float([0, 2])),
    ],
  ),
];
