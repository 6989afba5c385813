import {
  answered,
  bool,
  flag,
  float,
  type GateCase,
  int,
  operation,
  refused,
  strings,
} from '../../../gate/gate_cases/case.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

/** Values by the documentation of tf.gather, and tf.gather_nd. */
export const GATHERED_CASES: readonly GateCase[] = [
  operation(
    'Gather of float',
    'Gather',
    { x: 'FP32', rows: 'INT32' },
    { Tparams: { type: 'DT_FLOAT' }, Tindices: { type: 'DT_INT32' }, validate_indices: flag(true) },
    'FP32',
    [
      answered(
        'a scalar',
        { x: float([3, 2], [1, nan, 3, 4, 5, infinity]), rows: int([], [1]) },
        float([2], [3, 4]),
      ),
      answered(
        'a matrix of rows',
        { x: float([3, 2], [1, nan, 3, 4, 5, infinity]), rows: int([1, 2], [2, 0]) },
        float([1, 2, 2], [5, infinity, 1, nan]),
      ),
      answered('no rows', { x: float([3, 2], [1, nan, 3, 4, 5, infinity]), rows: int([0]) }, float([0, 2])),
      refused(
        'a row that there is not',
        { x: float([3, 2], [1, nan, 3, 4, 5, infinity]), rows: int([1], [3]) },
        /the index 3/,
      ),
      refused(
        'a negative row',
        { x: float([3, 2], [1, nan, 3, 4, 5, infinity]), rows: int([1], [-1]) },
        /the index -1/,
      ),
    ],
  ),
  operation(
    'GatherNd of float',
    'GatherNd',
    { x: 'FP32', places: 'INT32' },
    { Tparams: { type: 'DT_FLOAT' }, Tindices: { type: 'DT_INT32' }, validate_indices: flag(true) },
    'FP32',
    [
      answered(
        'elements',
        { x: float([3, 2], [1, nan, 3, 4, 5, infinity]), places: int([2, 2], [0, 1, 2, 0]) },
        float([2], [nan, 5]),
      ),
      answered(
        'rows',
        { x: float([3, 2], [1, nan, 3, 4, 5, infinity]), places: int([2, 1], [2, 0]) },
        float([2, 2], [5, infinity, 1, nan]),
      ),
      answered(
        'one place',
        { x: float([3, 2], [1, nan, 3, 4, 5, infinity]), places: int([2], [2, 1]) },
        float([], [infinity]),
      ),
      answered(
        'all of it, twice',
        { x: float([3, 2], [1, nan, 3, 4, 5, infinity]), places: int([2, 0]) },
        float([2, 3, 2], [1, nan, 3, 4, 5, infinity, 1, nan, 3, 4, 5, infinity]),
      ),
      answered(
        'no places',
        { x: float([3, 2], [1, nan, 3, 4, 5, infinity]), places: int([0, 2]) },
        float([0]),
      ),
      refused(
        'a negative place',
        { x: float([3, 2], [1, nan, 3, 4, 5, infinity]), places: int([1, 2], [0, -1]) },
        /the index -1/,
      ),
    ],
  ),
  operation(
    'Gather of int32',
    'Gather',
    { x: 'INT32', rows: 'INT32' },
    { Tparams: { type: 'DT_INT32' }, Tindices: { type: 'DT_INT32' }, validate_indices: flag(true) },
    'INT32',
    [
      answered(
        'a scalar',
        { x: int([3, 2], [2147483647, 16777217, -2147483648, 1, 2, 3]), rows: int([], [1]) },
        int([2], [-2147483648, 1]),
      ),
      answered(
        'a matrix of rows',
        { x: int([3, 2], [2147483647, 16777217, -2147483648, 1, 2, 3]), rows: int([1, 2], [2, 0]) },
        int([1, 2, 2], [2, 3, 2147483647, 16777217]),
      ),
      answered(
        'no rows',
        { x: int([3, 2], [2147483647, 16777217, -2147483648, 1, 2, 3]), rows: int([0]) },
        int([0, 2]),
      ),
      refused(
        'a row that there is not',
        { x: int([3, 2], [2147483647, 16777217, -2147483648, 1, 2, 3]), rows: int([1], [3]) },
        /the index 3/,
      ),
      refused(
        'a negative row',
        { x: int([3, 2], [2147483647, 16777217, -2147483648, 1, 2, 3]), rows: int([1], [-1]) },
        /the index -1/,
      ),
    ],
  ),
  operation(
    'GatherNd of int32',
    'GatherNd',
    { x: 'INT32', places: 'INT32' },
    { Tparams: { type: 'DT_INT32' }, Tindices: { type: 'DT_INT32' }, validate_indices: flag(true) },
    'INT32',
    [
      answered(
        'elements',
        { x: int([3, 2], [2147483647, 16777217, -2147483648, 1, 2, 3]), places: int([2, 2], [0, 1, 2, 0]) },
        int([2], [16777217, 2]),
      ),
      answered(
        'rows',
        { x: int([3, 2], [2147483647, 16777217, -2147483648, 1, 2, 3]), places: int([2, 1], [2, 0]) },
        int([2, 2], [2, 3, 2147483647, 16777217]),
      ),
      answered(
        'one place',
        { x: int([3, 2], [2147483647, 16777217, -2147483648, 1, 2, 3]), places: int([2], [2, 1]) },
        int([], [3]),
      ),
      answered(
        'all of it, twice',
        { x: int([3, 2], [2147483647, 16777217, -2147483648, 1, 2, 3]), places: int([2, 0]) },
        int(
          [2, 3, 2],
          [2147483647, 16777217, -2147483648, 1, 2, 3, 2147483647, 16777217, -2147483648, 1, 2, 3],
        ),
      ),
      answered(
        'no places',
        { x: int([3, 2], [2147483647, 16777217, -2147483648, 1, 2, 3]), places: int([0, 2]) },
        int([0]),
      ),
      refused(
        'a negative place',
        { x: int([3, 2], [2147483647, 16777217, -2147483648, 1, 2, 3]), places: int([1, 2], [0, -1]) },
        /the index -1/,
      ),
    ],
  ),
  operation(
    'Gather of bool',
    'Gather',
    { x: 'BOOL', rows: 'INT32' },
    { Tparams: { type: 'DT_BOOL' }, Tindices: { type: 'DT_INT32' }, validate_indices: flag(true) },
    'BOOL',
    [
      answered('a scalar', { x: bool([3, 2], [1, 0, 0, 0, 1, 1]), rows: int([], [1]) }, bool([2], [0, 0])),
      answered(
        'a matrix of rows',
        { x: bool([3, 2], [1, 0, 0, 0, 1, 1]), rows: int([1, 2], [2, 0]) },
        bool([1, 2, 2], [1, 1, 1, 0]),
      ),
      answered('no rows', { x: bool([3, 2], [1, 0, 0, 0, 1, 1]), rows: int([0]) }, bool([0, 2])),
      refused(
        'a row that there is not',
        { x: bool([3, 2], [1, 0, 0, 0, 1, 1]), rows: int([1], [3]) },
        /the index 3/,
      ),
      refused(
        'a negative row',
        { x: bool([3, 2], [1, 0, 0, 0, 1, 1]), rows: int([1], [-1]) },
        /the index -1/,
      ),
    ],
  ),
  operation(
    'Gather of string',
    'Gather',
    { x: 'BYTES', rows: 'INT32' },
    { Tparams: { type: 'DT_STRING' }, Tindices: { type: 'DT_INT32' }, validate_indices: flag(true) },
    'BYTES',
    [
      answered(
        'a scalar',
        { x: strings([3, 2], ['a', 'b', '', 'c', 'd', 'e']), rows: int([], [1]) },
        strings([2], ['', 'c']),
      ),
      answered(
        'a matrix of rows',
        { x: strings([3, 2], ['a', 'b', '', 'c', 'd', 'e']), rows: int([1, 2], [2, 0]) },
        strings([1, 2, 2], ['d', 'e', 'a', 'b']),
      ),
      answered(
        'no rows',
        { x: strings([3, 2], ['a', 'b', '', 'c', 'd', 'e']), rows: int([0]) },
        strings([0, 2]),
      ),
      refused(
        'a row that there is not',
        { x: strings([3, 2], ['a', 'b', '', 'c', 'd', 'e']), rows: int([1], [3]) },
        /the index 3/,
      ),
      refused(
        'a negative row',
        { x: strings([3, 2], ['a', 'b', '', 'c', 'd', 'e']), rows: int([1], [-1]) },
        /the index -1/,
      ),
    ],
  ),
  operation(
    'GatherNd of string',
    'GatherNd',
    { x: 'BYTES', places: 'INT32' },
    { Tparams: { type: 'DT_STRING' }, Tindices: { type: 'DT_INT32' }, validate_indices: flag(true) },
    'BYTES',
    [
      answered(
        'elements',
        { x: strings([3, 2], ['a', 'b', '', 'c', 'd', 'e']), places: int([2, 2], [0, 1, 2, 0]) },
        strings([2], ['b', 'd']),
      ),
      answered(
        'rows',
        { x: strings([3, 2], ['a', 'b', '', 'c', 'd', 'e']), places: int([2, 1], [2, 0]) },
        strings([2, 2], ['d', 'e', 'a', 'b']),
      ),
      answered(
        'one place',
        { x: strings([3, 2], ['a', 'b', '', 'c', 'd', 'e']), places: int([2], [2, 1]) },
        strings([], ['e']),
      ),
      answered(
        'all of it, twice',
        { x: strings([3, 2], ['a', 'b', '', 'c', 'd', 'e']), places: int([2, 0]) },
        strings([2, 3, 2], ['a', 'b', '', 'c', 'd', 'e', 'a', 'b', '', 'c', 'd', 'e']),
      ),
      answered(
        'no places',
        { x: strings([3, 2], ['a', 'b', '', 'c', 'd', 'e']), places: int([0, 2]) },
        strings([0]),
      ),
      refused(
        'a negative place',
        { x: strings([3, 2], ['a', 'b', '', 'c', 'd', 'e']), places: int([1, 2], [0, -1]) },
        /the index -1/,
      ),
    ],
  ),
  operation(
    'GatherV2 in batches, counted from the end',
    'GatherV2',
    { x: 'FP32', rows: 'INT32', axis: 'INT32' },
    {
      Tparams: { type: 'DT_FLOAT' },
      Tindices: { type: 'DT_INT32' },
      validate_indices: flag(true),
      Taxis: { type: 'DT_INT32' },
      batch_dims: { i: '-1' },
    },
    'FP32',
    [
      answered(
        'one dimension of two is of the batch',
        {
          x: float([2, 3, 2], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
          rows: int([2, 1], [2, 0]),
          axis: int([], [1]),
        },
        float([2, 1, 2], [4, 5, 6, 7]),
      ),
    ],
  ),
];
