import {
  answered,
  bool,
  flag,
  type GateCase,
  int,
  operation,
  refused,
  strings,
} from '../../../gate/gate_cases/case.ts';

const T = { T: { type: 'DT_STRING' } };
const NAMES = strings([3], ['cat', 'dog', 'émeu']);
const TABLE = strings([2, 3], ['a', 'b', 'c', 'd', 'e', 'f']);

/** Operations that move numbers also move strings. Values by the definitions of the operations. */
export const MOVED_STRING_CASES: readonly GateCase[] = [
  operation(
    'GatherV2 of strings',
    'GatherV2',
    { x: 'BYTES', indices: 'INT32', axis: 'INT32' },
    { Tparams: { type: 'DT_STRING' }, Tindices: { type: 'DT_INT32' }, batch_dims: { i: '0' } },
    'BYTES',
    [
      answered(
        'class names by their numbers',
        { x: NAMES, indices: int([2, 2], [2, 0, 1, 2]), axis: int([], [0]) },
        strings([2, 2], ['émeu', 'cat', 'dog', 'émeu']),
      ),
      answered(
        'columns',
        { x: TABLE, indices: int([2], [2, 0]), axis: int([], [-1]) },
        strings([2, 2], ['c', 'a', 'f', 'd']),
      ),
      answered('none', { x: NAMES, indices: int([0]), axis: int([], [0]) }, strings([0])),
      refused('one that there is not', { x: NAMES, indices: int([1], [3]), axis: int([], [0]) }, /index 3/),
    ],
  ),
  operation('GatherNd of strings', 'GatherNd', { x: 'BYTES', indices: 'INT32' }, { Tparams: T.T }, 'BYTES', [
    answered('two places', { x: TABLE, indices: int([2, 2], [1, 2, 0, 1]) }, strings([2], ['f', 'b'])),
  ]),
  operation('Select of strings', 'Select', { c: 'BOOL', t: 'BYTES', e: 'BYTES' }, T, 'BYTES', [
    answered(
      'rows',
      { c: bool([2], [0, 1]), t: strings([2, 1], ['yes', 'sure']), e: strings([2, 1], ['no', 'never']) },
      strings([2, 1], ['no', 'sure']),
    ),
  ]),
  operation('SelectV2 of strings', 'SelectV2', { c: 'BOOL', t: 'BYTES', e: 'BYTES' }, T, 'BYTES', [
    answered(
      'words for truths',
      { c: bool([3], [1, 0, 1]), t: strings([], ['spam']), e: strings([], ['']) },
      strings([3], ['spam', '', 'spam']),
    ),
  ]),
  operation('Transpose of strings', 'Transpose', { x: 'BYTES', perm: 'INT32' }, T, 'BYTES', [
    answered(
      'a matrix',
      { x: TABLE, perm: int([2], [1, 0]) },
      strings([3, 2], ['a', 'd', 'b', 'e', 'c', 'f']),
    ),
  ]),
  operation(
    'Unpack of strings',
    'Unpack',
    { x: 'BYTES' },
    { ...T, num: { i: '3' }, axis: { i: '1' } },
    'BYTES',
    [
      answered('a column', { x: TABLE }, strings([2], ['c', 'f'])),
      refused(
        'more columns than the graph has room for',
        { x: strings([1, 4], ['a', 'b', 'c', 'd']) },
        /Unpack: a tensor of shape \[1,4\] does not have 3 parts/,
      ),
    ],
    2,
  ),
  operation('Tile of strings', 'Tile', { x: 'BYTES', reps: 'INT32' }, T, 'BYTES', [
    answered(
      'twice',
      { x: strings([2], ['a', 'b']), reps: int([1], [2]) },
      strings([4], ['a', 'b', 'a', 'b']),
    ),
    answered('never', { x: strings([2], ['a', 'b']), reps: int([1], [0]) }, strings([0])),
    refused(
      'a million times',
      { x: strings([2], ['a', 'b']), reps: int([1], [1_000_000]) },
      /Tile: there is no memory for 2000000 strings/,
    ),
  ]),
  operation('Fill with a string', 'Fill', { dims: 'INT32', x: 'BYTES' }, T, 'BYTES', [
    answered(
      'a matrix',
      { dims: int([2], [2, 2]), x: strings([], ['né']) },
      strings([2, 2], ['né', 'né', 'né', 'né']),
    ),
    answered('nothing', { dims: int([1], [0]), x: strings([], ['né']) }, strings([0])),
  ]),
  operation('ZerosLike of strings', 'ZerosLike', { x: 'BYTES' }, T, 'BYTES', [
    answered('empty ones', { x: strings([2], ['a', 'b']) }, strings([2], ['', ''])),
  ]),
  operation('BroadcastTo of strings', 'BroadcastTo', { x: 'BYTES', shape: 'INT32' }, T, 'BYTES', [
    answered(
      'rows',
      { x: strings([2], ['a', 'b']), shape: int([2], [2, 2]) },
      strings([2, 2], ['a', 'b', 'a', 'b']),
    ),
  ]),
  operation('Pad of strings', 'Pad', { x: 'BYTES', paddings: 'INT32' }, T, 'BYTES', [
    answered(
      'with empty ones',
      { x: strings([1], ['a']), paddings: int([1, 2], [1, 2]) },
      strings([4], ['', 'a', '', '']),
    ),
  ]),
  operation('PadV2 of strings', 'PadV2', { x: 'BYTES', paddings: 'INT32', value: 'BYTES' }, T, 'BYTES', [
    answered(
      'with a word',
      { x: strings([1], ['a']), paddings: int([1, 2], [1, 1]), value: strings([], ['<pad>']) },
      strings([3], ['<pad>', 'a', '<pad>']),
    ),
  ]),
  operation('ReverseV2 of strings', 'ReverseV2', { x: 'BYTES', axis: 'INT32' }, T, 'BYTES', [
    answered('columns', { x: TABLE, axis: int([1], [-1]) }, strings([2, 3], ['c', 'b', 'a', 'f', 'e', 'd'])),
  ]),
  operation('Reverse of strings', 'Reverse', { x: 'BYTES', dims: 'BOOL' }, T, 'BYTES', [
    answered('rows', { x: TABLE, dims: bool([2], [1, 0]) }, strings([2, 3], ['d', 'e', 'f', 'a', 'b', 'c'])),
  ]),
  operation(
    'Split of strings',
    'Split',
    { axis: 'INT32', x: 'BYTES' },
    { ...T, num_split: { i: '3' } },
    'BYTES',
    [answered('the second part', { axis: int([], [1]), x: TABLE }, strings([2, 1], ['b', 'e']))],
    1,
  ),
  operation(
    'SplitV of strings',
    'SplitV',
    { x: 'BYTES', sizes: 'INT32', axis: 'INT32' },
    { ...T, num_split: { i: '2' } },
    'BYTES',
    [
      answered(
        'the second part',
        { x: TABLE, sizes: int([2], [1, 2]), axis: int([], [1]) },
        strings([2, 2], ['b', 'c', 'e', 'f']),
      ),
    ],
    1,
  ),
  operation(
    'ConcatV2 of strings',
    'ConcatV2',
    { a: 'BYTES', b: 'BYTES', axis: 'INT32' },
    { ...T, N: { i: '2' } },
    'BYTES',
    [
      answered(
        'columns',
        { a: strings([2, 1], ['x', 'y']), b: TABLE, axis: int([], [1]) },
        strings([2, 4], ['x', 'a', 'b', 'c', 'y', 'd', 'e', 'f']),
      ),
      answered('with nothing', { a: strings([0, 3]), b: TABLE, axis: int([], [0]) }, TABLE),
    ],
  ),
  operation(
    'Pack of strings',
    'Pack',
    { a: 'BYTES', b: 'BYTES' },
    { ...T, N: { i: '2' }, axis: { i: '1' } },
    'BYTES',
    [
      answered(
        'side by side',
        { a: strings([2], ['a', 'b']), b: strings([2], ['c', 'd']) },
        strings([2, 2], ['a', 'c', 'b', 'd']),
      ),
    ],
  ),
  operation('Slice of strings', 'Slice', { x: 'BYTES', begin: 'INT32', size: 'INT32' }, T, 'BYTES', [
    answered(
      'the end of each row',
      { x: TABLE, begin: int([2], [0, 1]), size: int([2], [-1, 2]) },
      strings([2, 2], ['b', 'c', 'e', 'f']),
    ),
  ]),
  operation('Reshape of strings', 'Reshape', { x: 'BYTES', shape: 'INT32' }, T, 'BYTES', [
    answered('a list', { x: TABLE, shape: int([1], [-1]) }, strings([6], ['a', 'b', 'c', 'd', 'e', 'f'])),
  ]),
  operation('ExpandDims of strings', 'ExpandDims', { x: 'BYTES', axis: 'INT32' }, T, 'BYTES', [
    answered('a column', { x: strings([2], ['a', 'b']), axis: int([], [1]) }, strings([2, 1], ['a', 'b'])),
  ]),
  operation(
    'Squeeze of strings',
    'Squeeze',
    { x: 'BYTES' },
    { ...T, squeeze_dims: { list: { i: ['1'] } } },
    'BYTES',
    [answered('a column', { x: strings([2, 1], ['a', 'b']) }, strings([2], ['a', 'b']))],
  ),
  operation('Identity of strings', 'Identity', { x: 'BYTES' }, T, 'BYTES', [
    answered('words', { x: NAMES }, NAMES),
  ]),
  operation('Shape of strings', 'Shape', { x: 'BYTES' }, { ...T, out_type: { type: 'DT_INT32' } }, 'INT32', [
    answered('a matrix', { x: TABLE }, int([2], [2, 3])),
  ]),
  operation(
    'TensorScatterUpdate of strings',
    'TensorScatterUpdate',
    { x: 'BYTES', indices: 'INT32', updates: 'BYTES' },
    { ...T, Tindices: { type: 'DT_INT32' } },
    'BYTES',
    [
      answered(
        'one word',
        { x: NAMES, indices: int([1, 1], [1]), updates: strings([1], ['fox']) },
        strings([3], ['cat', 'fox', 'émeu']),
      ),
    ],
  ),
  operation(
    'SparseToDense of strings',
    'SparseToDense',
    { indices: 'INT32', shape: 'INT32', values: 'BYTES', otherwise: 'BYTES' },
    { ...T, Tindices: { type: 'DT_INT32' }, validate_indices: flag(true) },
    'BYTES',
    [
      answered(
        'the words of two texts',
        {
          indices: int([3, 2], [0, 0, 1, 0, 1, 1]),
          shape: int([2], [2, 2]),
          values: strings([3], ['a', 'b', 'c']),
          otherwise: strings([], ['-']),
        },
        strings([2, 2], ['a', '-', 'b', 'c']),
      ),
    ],
  ),
];
