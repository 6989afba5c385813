import { answered, float, type GateCase, int, operation, refused } from '../../../gate/gate_cases/case.ts';

const TYPES = { FP32: 'DT_FLOAT', INT32: 'DT_INT32' } as const;
const { NaN: nan } = Number;
const LARGEST = 3.4028234663852886e38;

const sorted = (
  op: string,
  dtype: keyof typeof TYPES,
  asked: GateCase['asked'],
  type: string = TYPES[dtype],
): GateCase =>
  operation(`${op} of ${type}`, op, { data: dtype, ids: 'INT32' }, { T: { type } }, dtype, asked);

const unsorted = (
  op: string,
  dtype: keyof typeof TYPES,
  asked: GateCase['asked'],
  type: string = TYPES[dtype],
): GateCase =>
  operation(
    `${op} of ${type}`,
    op,
    { data: dtype, ids: 'INT32', count: 'INT32' },
    { T: { type } },
    dtype,
    asked,
  );

const rows = float([3, 2], [1, 2, 3, 4, 5, 6]);
const pairs = { data: rows, ids: int([3], [0, 0, 2]) };
const count = (value: number) => ({ count: int([], [value]) });
const mixed = { data: rows, ids: int([3], [2, 0, 2]), ...count(4) };

/** Values by the documentation of tf.math.segment_sum, tf.math.unsorted_segment_sum and the like. */
export const SEGMENT_CASES: readonly GateCase[] = [
  sorted('SegmentSum', 'FP32', [
    answered('a segment that no row has', pairs, float([3, 2], [4, 6, 0, 0, 5, 6])),
    answered(
      'NaN, which stays within its segment',
      { data: float([3], [nan, 1, 2]), ids: int([3], [0, 0, 1]) },
      float([2], [nan, 2]),
    ),
    answered('no rows', { data: float([0, 2]), ids: int([0]) }, float([0, 2])),
    answered('rows without elements', { data: float([2, 0]), ids: int([2], [0, 3]) }, float([4, 0])),
    refused('segments that fall', { ...pairs, ids: int([3], [1, 0, 2]) }, /the segment 0 follows 1/),
    refused('a negative segment', { ...pairs, ids: int([3], [-1, 0, 2]) }, /the segment -1 follows/),
    refused('fewer ids than rows', { ...pairs, ids: int([2], [0, 1]) }, /do not fit/),
  ]),
  sorted('SegmentSum', 'INT32', [
    answered(
      'beyond 2^24, and a sum that wraps',
      { data: int([4], [16777217, 1, 2147483647, 1]), ids: int([4], [0, 0, 1, 1]) },
      int([2], [16777218, -2147483648]),
    ),
  ]),
  sorted(
    'SegmentSum',
    'INT32',
    [
      answered('a sum that fits', { data: int([2], [5, 6]), ids: int([2], [0, 0]) }, int([1], [11])),
      refused(
        'a sum that does not fit',
        { data: int([2], [2147483647, 1]), ids: int([2], [0, 0]) },
        /does not fit 32 bits/,
      ),
    ],
    'DT_INT64',
  ),
  sorted('SegmentMean', 'FP32', [
    answered('a segment that no row has', pairs, float([3, 2], [2, 3, 0, 0, 5, 6])),
  ]),
  sorted('SegmentProd', 'FP32', [
    answered('a segment that no row has', pairs, float([3, 2], [3, 8, 1, 1, 5, 6])),
  ]),
  sorted('SegmentMax', 'FP32', [
    answered(
      'negative values, and a segment that no row has',
      { data: float([3], [-5, -3, -4]), ids: int([3], [0, 0, 2]) },
      float([3], [-3, 0, -4]),
    ),
  ]),
  sorted('SegmentMin', 'INT32', [
    answered(
      'the extremes, and a segment that no row has',
      { data: int([3], [-2147483648, 3, 2147483647]), ids: int([3], [0, 0, 2]) },
      int([3], [-2147483648, 0, 2147483647]),
    ),
  ]),
  unsorted('UnsortedSegmentSum', 'FP32', [
    answered('segments in any order', mixed, float([4, 2], [3, 4, 0, 0, 6, 8, 0, 0])),
    answered(
      'a row of a negative segment is left out',
      { ...mixed, ids: int([3], [-1, 0, 0]), ...count(1) },
      float([1, 2], [8, 10]),
    ),
    answered(
      'ids of two dimensions',
      { data: rows, ids: int([3, 2], [0, 1, 1, 0, 0, 1]), ...count(2) },
      float([2], [10, 11]),
    ),
    answered('no rows', { data: float([0, 2]), ids: int([0]), ...count(2) }, float([2, 2], [0, 0, 0, 0])),
    answered('no segments', { data: float([0, 2]), ids: int([0]), ...count(0) }, float([0, 2])),
    refused('a segment that there is not', { ...mixed, ...count(2) }, /the segment 2 is not below 2/),
    refused('ids that do not fit', { ...mixed, ids: int([2], [0, 0]) }, /do not fit/),
  ]),
  unsorted('UnsortedSegmentProd', 'INT32', [
    answered(
      'a product that wraps, and a segment that no row has',
      { data: int([3], [65536, 65537, 3]), ids: int([3], [0, 0, 2]), ...count(3) },
      int([3], [65536, 1, 3]),
    ),
  ]),
  unsorted('UnsortedSegmentMax', 'FP32', [
    answered(
      'the least float where no row is',
      { data: float([2], [-7, -9]), ids: int([2], [1, 1]), ...count(2) },
      float([2], [-LARGEST, -7]),
    ),
    answered('no rows', { data: float([0]), ids: int([0]), ...count(1) }, float([1], [-LARGEST])),
  ]),
  ...(
    [
      ['DT_INT8', -128, 127],
      ['DT_UINT8', 0, 255],
      ['DT_INT16', -32_768, 32_767],
    ] as const
  ).flatMap(([type, least, most]) =>
    (['Max', 'Min'] as const).map((name) =>
      unsorted(
        `UnsortedSegment${name}`,
        'INT32',
        [
          answered(
            'the end of its type where no row is',
            { data: int([1], [5]), ids: int([1], [1]), ...count(2) },
            int([2], [name === 'Max' ? least : most, 5]),
          ),
        ],
        type,
      ),
    ),
  ),
  unsorted(
    'UnsortedSegmentMax',
    'INT32',
    [
      answered(
        'rows for all',
        { data: int([2], [5, 7]), ids: int([2], [1, 0]), ...count(2) },
        int([2], [7, 5]),
      ),
      refused(
        'the least integer of 64 bits where no row is',
        { data: int([1], [5]), ids: int([1], [1]), ...count(2) },
        /does not fit 32 bits/,
      ),
    ],
    'DT_INT64',
  ),
  unsorted('UnsortedSegmentMin', 'INT32', [
    answered(
      'the largest integer where no row is',
      { data: int([2], [7, -9]), ids: int([2], [1, 1]), ...count(2) },
      int([2], [2147483647, -9]),
    ),
  ]),
  operation(
    'SparseSegmentSqrtN',
    'SparseSegmentSqrtN',
    { data: 'FP32', indices: 'INT32', ids: 'INT32' },
    { T: { type: 'DT_FLOAT' } },
    'FP32',
    [
      answered(
        'four rows are divided by 2',
        { data: float([2, 1], [3, 5]), indices: int([5], [0, 0, 1, 1, 1]), ids: int([5], [0, 0, 0, 0, 1]) },
        float([2, 1], [8, 5]),
      ),
      refused(
        'a row that there is not',
        { data: float([2, 1], [3, 5]), indices: int([1], [2]), ids: int([1], [0]) },
        /the index 2 is not in/,
      ),
    ],
  ),
  operation(
    'SparseSegmentSumWithNumSegments',
    'SparseSegmentSumWithNumSegments',
    { data: 'FP32', indices: 'INT32', ids: 'INT32', count: 'INT32' },
    { T: { type: 'DT_FLOAT' } },
    'FP32',
    [
      answered(
        'more segments than rows are for',
        { data: float([2, 1], [3, 5]), indices: int([2], [0, 1]), ids: int([2], [1, 1]), ...count(3) },
        float([3, 1], [0, 8, 0]),
      ),
    ],
  ),
];
