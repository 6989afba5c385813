import { answered, bool, type GateCase, int, operation, text } from '../../../gate/gate_cases/case.ts';

/** What moves elements keeps their type: truths stay truths, and integers above 2^24 are exact. */
export const MOVED_TRUTH_CASES: readonly GateCase[] = [
  operation(
    'Fill of bool',
    'Fill',
    { shape: 'INT32', value: 'BOOL' },
    { T: { type: 'DT_BOOL' }, index_type: { type: 'DT_INT32' } },
    'BOOL',
    [
      answered('a list', { shape: int([1], [2]), value: bool([], [1]) }, bool([2], [1, 1])),
      answered('nothing', { shape: int([2], [2, 0]), value: bool([], [1]) }, bool([2, 0])),
      answered('a scalar', { shape: int([0]), value: bool([], [0]) }, bool([], [0])),
    ],
  ),
  operation(
    'OneHot of bool',
    'OneHot',
    { x: 'INT32', depth: 'INT32', on: 'BOOL', off: 'BOOL' },
    { T: { type: 'DT_BOOL' }, TI: { type: 'DT_INT32' }, axis: { i: '-1' } },
    'BOOL',
    [
      answered(
        'a row for each',
        { x: int([2], [1, 2]), depth: int([], [2]), on: bool([], [1]), off: bool([], [0]) },
        bool([2, 2], [0, 1, 0, 0]),
      ),
    ],
  ),
  operation(
    'DynamicStitch of bool',
    'DynamicStitch',
    { places: 'INT32', x: 'BOOL' },
    { T: { type: 'DT_BOOL' }, N: { i: '1' } },
    'BOOL',
    [answered('by places', { places: int([3], [1, 2, 0]), x: bool([3], [1, 0, 1]) }, bool([3], [1, 1, 0]))],
  ),
  operation(
    'ReverseSequence of bool',
    'ReverseSequence',
    { x: 'BOOL', lengths: 'INT32' },
    { T: { type: 'DT_BOOL' }, seq_dim: { i: '1' }, batch_dim: { i: '0' }, Tlen: { type: 'DT_INT32' } },
    'BOOL',
    [
      answered(
        'the first two',
        { x: bool([1, 3], [1, 0, 1]), lengths: int([1], [2]) },
        bool([1, 3], [0, 1, 1]),
      ),
    ],
  ),
  operation(
    'MirrorPad of bool',
    'MirrorPad',
    { x: 'BOOL', paddings: 'INT32' },
    { T: { type: 'DT_BOOL' }, Tpaddings: { type: 'DT_INT32' }, mode: text('SYMMETRIC') },
    'BOOL',
    [
      answered(
        'on both sides',
        { x: bool([3], [1, 0, 1]), paddings: int([1, 2], [1, 1]) },
        bool([5], [1, 1, 0, 1, 1]),
      ),
    ],
  ),
  operation('MatrixDiagPart of bool', 'MatrixDiagPart', { x: 'BOOL' }, { T: { type: 'DT_BOOL' } }, 'BOOL', [
    answered('the diagonal', { x: bool([3, 3], [1, 0, 1, 1, 0, 1, 1, 0, 1]) }, bool([3], [1, 0, 1])),
  ]),
  operation(
    'SpaceToDepth of bool',
    'SpaceToDepth',
    { x: 'BOOL' },
    { T: { type: 'DT_BOOL' }, block_size: { i: '2' }, data_format: text('NHWC') },
    'BOOL',
    [answered('a block', { x: bool([1, 2, 2, 1], [1, 0, 0, 1]) }, bool([1, 1, 1, 4], [1, 0, 0, 1]))],
  ),
  operation(
    'GatherV2 in batches of bool',
    'GatherV2',
    { x: 'BOOL', rows: 'INT32', axis: 'INT32' },
    {
      Tparams: { type: 'DT_BOOL' },
      Tindices: { type: 'DT_INT32' },
      Taxis: { type: 'DT_INT32' },
      batch_dims: { i: '1' },
    },
    'BOOL',
    [
      answered(
        'one of each row',
        { x: bool([2, 3], [1, 0, 1, 1, 0, 1]), rows: int([2, 1], [1, 0]), axis: int([], [1]) },
        bool([2, 1], [0, 1]),
      ),
    ],
  ),
  operation(
    'Fill of int32',
    'Fill',
    { shape: 'INT32', value: 'INT32' },
    { T: { type: 'DT_INT32' }, index_type: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'a list',
        { shape: int([1], [2]), value: int([], [2147483647]) },
        int([2], [2147483647, 2147483647]),
      ),
      answered('nothing', { shape: int([2], [2, 0]), value: int([], [2147483647]) }, int([2, 0])),
      answered('a scalar', { shape: int([0]), value: int([], [16777217]) }, int([], [16777217])),
    ],
  ),
  operation(
    'OneHot of int32',
    'OneHot',
    { x: 'INT32', depth: 'INT32', on: 'INT32', off: 'INT32' },
    { T: { type: 'DT_INT32' }, TI: { type: 'DT_INT32' }, axis: { i: '-1' } },
    'INT32',
    [
      answered(
        'a row for each',
        { x: int([2], [1, 2]), depth: int([], [2]), on: int([], [2147483647]), off: int([], [16777217]) },
        int([2, 2], [16777217, 2147483647, 16777217, 16777217]),
      ),
    ],
  ),
  operation(
    'DynamicStitch of int32',
    'DynamicStitch',
    { places: 'INT32', x: 'INT32' },
    { T: { type: 'DT_INT32' }, N: { i: '1' } },
    'INT32',
    [
      answered(
        'by places',
        { places: int([3], [1, 2, 0]), x: int([3], [2147483647, 16777217, 2147483647]) },
        int([3], [2147483647, 2147483647, 16777217]),
      ),
    ],
  ),
  operation(
    'ReverseSequence of int32',
    'ReverseSequence',
    { x: 'INT32', lengths: 'INT32' },
    { T: { type: 'DT_INT32' }, seq_dim: { i: '1' }, batch_dim: { i: '0' }, Tlen: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'the first two',
        { x: int([1, 3], [2147483647, 16777217, 2147483647]), lengths: int([1], [2]) },
        int([1, 3], [16777217, 2147483647, 2147483647]),
      ),
    ],
  ),
  operation(
    'MirrorPad of int32',
    'MirrorPad',
    { x: 'INT32', paddings: 'INT32' },
    { T: { type: 'DT_INT32' }, Tpaddings: { type: 'DT_INT32' }, mode: text('SYMMETRIC') },
    'INT32',
    [
      answered(
        'on both sides',
        { x: int([3], [2147483647, 16777217, 2147483647]), paddings: int([1, 2], [1, 1]) },
        int([5], [2147483647, 2147483647, 16777217, 2147483647, 2147483647]),
      ),
    ],
  ),
  operation(
    'MatrixDiagPart of int32',
    'MatrixDiagPart',
    { x: 'INT32' },
    { T: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'the diagonal',
        {
          x: int(
            [3, 3],
            [
              2147483647, 16777217, 2147483647, 2147483647, 16777217, 2147483647, 2147483647, 16777217,
              2147483647,
            ],
          ),
        },
        int([3], [2147483647, 16777217, 2147483647]),
      ),
    ],
  ),
  operation(
    'SpaceToDepth of int32',
    'SpaceToDepth',
    { x: 'INT32' },
    { T: { type: 'DT_INT32' }, block_size: { i: '2' }, data_format: text('NHWC') },
    'INT32',
    [
      answered(
        'a block',
        { x: int([1, 2, 2, 1], [2147483647, 16777217, 16777217, 2147483647]) },
        int([1, 1, 1, 4], [2147483647, 16777217, 16777217, 2147483647]),
      ),
    ],
  ),
  operation(
    'GatherV2 in batches of int32',
    'GatherV2',
    { x: 'INT32', rows: 'INT32', axis: 'INT32' },
    {
      Tparams: { type: 'DT_INT32' },
      Tindices: { type: 'DT_INT32' },
      Taxis: { type: 'DT_INT32' },
      batch_dims: { i: '1' },
    },
    'INT32',
    [
      answered(
        'one of each row',
        {
          x: int([2, 3], [2147483647, 16777217, 2147483647, 2147483647, 16777217, 2147483647]),
          rows: int([2, 1], [1, 0]),
          axis: int([], [1]),
        },
        int([2, 1], [16777217, 2147483647]),
      ),
    ],
  ),
];
