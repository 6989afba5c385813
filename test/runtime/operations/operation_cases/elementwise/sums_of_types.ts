import { answered, flag, type GateCase, int, operation, refused } from '../../../gate/gate_cases/case.ts';

/** Sums of integers that wrap, or that are refused where 64 bits are computed in 32. */
export const SUM_OF_TYPE_CASES: readonly GateCase[] = [
  operation(
    'SparseSegmentSum of uint8',
    'SparseSegmentSum',
    { x: 'INT32', rows: 'INT32', ids: 'INT32' },
    { T: { type: 'DT_UINT8' }, Tidx: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'what fits',
        { x: int([2, 1], [200, 100]), rows: int([2], [1, 1]), ids: int([2], [0, 0]) },
        int([1, 1], [200]),
      ),
      answered(
        'what wraps',
        { x: int([2, 1], [200, 100]), rows: int([2], [0, 1]), ids: int([2], [0, 0]) },
        int([1, 1], [44]),
      ),
    ],
  ),
  operation('Cross of uint8', 'Cross', { a: 'INT32', b: 'INT32' }, { T: { type: 'DT_UINT8' } }, 'INT32', [
    answered('what fits', { a: int([3], [1, 0, 0]), b: int([3], [0, 1, 0]) }, int([3], [0, 0, 1])),
    answered('what wraps', { a: int([3], [16, 16, 1]), b: int([3], [1, 16, 16]) }, int([3], [240, 1, 240])),
  ]),
  operation(
    'SparseTensorDenseMatMul of uint8',
    'SparseTensorDenseMatMul',
    { places: 'INT32', values: 'INT32', shape: 'INT32', dense: 'INT32' },
    {
      T: { type: 'DT_UINT8' },
      Tindices: { type: 'DT_INT32' },
      adjoint_a: flag(false),
      adjoint_b: flag(false),
    },
    'INT32',
    [
      answered(
        'what fits',
        {
          places: int([2, 2], [0, 0, 0, 1]),
          values: int([2], [2, 3]),
          shape: int([2], [1, 2]),
          dense: int([2, 1], [1, 1]),
        },
        int([1, 1], [5]),
      ),
      answered(
        'what wraps',
        {
          places: int([2, 2], [0, 0, 0, 1]),
          values: int([2], [200, 100]),
          shape: int([2], [1, 2]),
          dense: int([2, 1], [1, 1]),
        },
        int([1, 1], [44]),
      ),
    ],
  ),
  operation(
    'SparseSegmentSum of int64',
    'SparseSegmentSum',
    { x: 'INT32', rows: 'INT32', ids: 'INT32' },
    { T: { type: 'DT_INT64' }, Tidx: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'what fits',
        { x: int([2, 1], [2147483647, 1]), rows: int([2], [1, 1]), ids: int([2], [0, 0]) },
        int([1, 1], [2]),
      ),
      refused(
        'what does not fit 32 bits',
        { x: int([2, 1], [2147483647, 1]), rows: int([2], [0, 1]), ids: int([2], [0, 0]) },
        /does not fit 32 bits/,
      ),
    ],
  ),
  operation('Cross of int64', 'Cross', { a: 'INT32', b: 'INT32' }, { T: { type: 'DT_INT64' } }, 'INT32', [
    answered('what fits', { a: int([3], [1, 0, 0]), b: int([3], [0, 1, 0]) }, int([3], [0, 0, 1])),
    refused(
      'what does not fit 32 bits',
      { a: int([3], [65536, 65536, 1]), b: int([3], [1, 65536, 65536]) },
      /does not fit 32 bits/,
    ),
  ]),
  operation(
    'SparseTensorDenseMatMul of int64',
    'SparseTensorDenseMatMul',
    { places: 'INT32', values: 'INT32', shape: 'INT32', dense: 'INT32' },
    {
      T: { type: 'DT_INT64' },
      Tindices: { type: 'DT_INT32' },
      adjoint_a: flag(false),
      adjoint_b: flag(false),
    },
    'INT32',
    [
      answered(
        'what fits',
        {
          places: int([2, 2], [0, 0, 0, 1]),
          values: int([2], [2, 3]),
          shape: int([2], [1, 2]),
          dense: int([2, 1], [1, 1]),
        },
        int([1, 1], [5]),
      ),
      refused(
        'what does not fit 32 bits',
        {
          places: int([2, 2], [0, 0, 0, 1]),
          values: int([2], [2147483647, 1]),
          shape: int([2], [1, 2]),
          dense: int([2, 1], [1, 1]),
        },
        /does not fit 32 bits/,
      ),
    ],
  ),
  operation(
    'Bincount of int64',
    'Bincount',
    { x: 'INT32', size: 'INT32', weights: 'INT32' },
    { T: { type: 'DT_INT64' } },
    'INT32',
    [
      answered(
        'sums that fit',
        { x: int([2], [0, 0]), size: int([], [1]), weights: int([2], [2147483647, -1]) },
        int([1], [2147483646]),
      ),
      refused(
        'sums that do not fit',
        { x: int([2], [0, 0]), size: int([], [1]), weights: int([2], [2147483647, 1]) },
        /does not fit 32 bits/,
      ),
    ],
  ),
  operation(
    'DenseBincount of int64',
    'DenseBincount',
    { x: 'INT32', size: 'INT32', weights: 'INT32' },
    { T: { type: 'DT_INT64' }, Tidx: { type: 'DT_INT32' }, binary_output: flag(false) },
    'INT32',
    [
      answered('counts', { x: int([2], [0, 0]), size: int([], [1]), weights: int([0]) }, int([1], [2])),
      refused(
        'sums that do not fit',
        { x: int([2], [0, 0]), size: int([], [1]), weights: int([2], [2147483647, 1]) },
        /does not fit 32 bits/,
      ),
    ],
  ),
  operation('FloorDiv of int8', 'FloorDiv', { a: 'INT32', b: 'INT32' }, { T: { type: 'DT_INT8' } }, 'INT32', [
    answered(
      'the quotient of the least and -1 wraps',
      { a: int([3], [-128, 7, -7]), b: int([3], [-1, 2, 2]) },
      int([3], [-128, 3, -4]),
    ),
    refused('by zero', { a: int([1], [1]), b: int([1], [0]) }, /zero/),
  ]),
  operation(
    'FloorDiv of int64',
    'FloorDiv',
    { a: 'INT32', b: 'INT32' },
    { T: { type: 'DT_INT64' } },
    'INT32',
    [
      answered(
        'what fits',
        { a: int([2], [2147483647, -7]), b: int([2], [-1, 2]) },
        int([2], [-2147483647, -4]),
      ),
      refused('the least and -1', { a: int([1], [-2147483648]), b: int([1], [-1]) }, /does not fit 32 bits/),
    ],
  ),
  operation(
    'TruncateDiv of int8',
    'TruncateDiv',
    { a: 'INT32', b: 'INT32' },
    { T: { type: 'DT_INT8' } },
    'INT32',
    [
      answered(
        'the quotient of the least and -1 wraps',
        { a: int([3], [-128, 7, -7]), b: int([3], [-1, 2, 2]) },
        int([3], [-128, 3, -3]),
      ),
      refused('by zero', { a: int([1], [1]), b: int([1], [0]) }, /zero/),
    ],
  ),
  operation(
    'TruncateDiv of int64',
    'TruncateDiv',
    { a: 'INT32', b: 'INT32' },
    { T: { type: 'DT_INT64' } },
    'INT32',
    [
      answered(
        'what fits',
        { a: int([2], [2147483647, -7]), b: int([2], [-1, 2]) },
        int([2], [-2147483647, -3]),
      ),
      refused('the least and -1', { a: int([1], [-2147483648]), b: int([1], [-1]) }, /does not fit 32 bits/),
    ],
  ),
  operation('Div of int8', 'Div', { a: 'INT32', b: 'INT32' }, { T: { type: 'DT_INT8' } }, 'INT32', [
    answered(
      'the quotient of the least and -1 wraps',
      { a: int([3], [-128, 7, -7]), b: int([3], [-1, 2, 2]) },
      int([3], [-128, 3, -3]),
    ),
    refused('by zero', { a: int([1], [1]), b: int([1], [0]) }, /zero/),
  ]),
  operation('Div of int64', 'Div', { a: 'INT32', b: 'INT32' }, { T: { type: 'DT_INT64' } }, 'INT32', [
    answered(
      'what fits',
      { a: int([2], [2147483647, -7]), b: int([2], [-1, 2]) },
      int([2], [-2147483647, -3]),
    ),
    refused('the least and -1', { a: int([1], [-2147483648]), b: int([1], [-1]) }, /does not fit 32 bits/),
  ]),
];
