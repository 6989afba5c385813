import { answered, bool, flag, float, type GateCase, int, operation, refused, text } from './case.ts';

const square = float([1, 2, 2, 1], [1, 2, 3, 4]);
const row = float([1, 2], [1, 2]);
const MASKS = ['begin_mask', 'end_mask', 'ellipsis_mask', 'new_axis_mask', 'shrink_axis_mask'];
const noMasks = Object.fromEntries(MASKS.map((name) => [name, { i: '0' }]));
/** Sizes, positions and shapes in requests that would lead outside the tensors. */
export const PLACE_CASES: readonly GateCase[] = [
  operation(
    'CropAndResize',
    'CropAndResize',
    { x: 'FP32', boxes: 'FP32', of: 'INT32', size: 'INT32' },
    { method: text('bilinear'), extrapolation_value: { f: 9 } },
    'FP32',
    [
      refused(
        'an image without pixels',
        {
          x: float([1, 0, 0, 1]),
          boxes: float([1, 4], [0, 0, 1, 1]),
          of: int([1], [0]),
          size: int([2], [3, 3]),
        },
        /CropAndResize.*no pixels/,
      ),
      answered(
        // Six pixels from a row of two. The pixels outside are extrapolated.
        'a box that reaches over the image',
        { x: square, boxes: float([1, 4], [0, 0, 0, 5]), of: int([1], [0]), size: int([2], [1, 6]) },
        float([1, 1, 6, 1], [1, 2, 9, 9, 9, 9]),
      ),
      answered(
        'a box that begins in the middle',
        {
          x: float([1, 1, 3, 1], [1, 2, 3]),
          boxes: float([1, 4], [0, 0.5, 0, 1]),
          of: int([1], [0]),
          size: int([2], [1, 2]),
        },
        float([1, 1, 2, 1], [2, 3]),
      ),
      answered(
        'a box of NaN',
        { x: square, boxes: float([1, 4], [Number.NaN, 0, 1, 1]), of: int([1], [0]), size: int([2], [1, 1]) },
        float([1, 1, 1, 1], [9]),
      ),
      refused(
        'another image',
        { x: square, boxes: float([1, 4], [0, 0, 1, 1]), of: int([1], [1]), size: int([2], [1, 1]) },
        /CropAndResize: the index 1/,
      ),
    ],
  ),
  operation(
    'SparseFillEmptyRows',
    'SparseFillEmptyRows',
    { i: 'INT32', v: 'FP32', d: 'INT32', z: 'FP32' },
    {},
    'FP32',
    [
      answered(
        'rows to fill',
        { i: int([1, 2], [0, 0]), v: float([1], [1]), d: int([2], [3, 2]), z: float([], [9]) },
        float([3], [1, 9, 9]),
      ),
      refused(
        'more indices than values',
        { i: int([3, 2], [0, 0, 1, 0, 2, 0]), v: float([1], [1]), d: int([2], [3, 2]), z: float([], [9]) },
        /SparseFillEmptyRows: values of shape/,
      ),
      refused(
        'fewer rows than none',
        { i: int([1, 2], [0, 0]), v: float([1], [1]), d: int([2], [-1, 2]), z: float([], [9]) },
        /SparseFillEmptyRows/,
      ),
      refused(
        'a row before the first',
        { i: int([1, 2], [-5, 0]), v: float([1], [1]), d: int([2], [3, 2]), z: float([], [9]) },
        /SparseFillEmptyRows: the row -5/,
      ),
    ],
    1,
  ),
  operation('SparseSegmentSum', 'SparseSegmentSum', { x: 'FP32', i: 'INT32', s: 'INT32' }, {}, 'FP32', [
    answered(
      'rows of one segment',
      { x: float([2, 2], [1, 2, 3, 4]), i: int([2], [0, 1]), s: int([2], [0, 0]) },
      float([1, 2], [4, 6]),
    ),
    refused(
      'a row far outside',
      { x: float([2, 2], [1, 2, 3, 4]), i: int([2], [0, 2_000_000_000]), s: int([2], [0, 0]) },
      /the index 2000000000 is not in/,
    ),
    refused(
      'segments that fall',
      { x: float([2, 2], [1, 2, 3, 4]), i: int([2], [0, 1]), s: int([2], [5, 0]) },
      /the segment 0 follows 5/,
    ),
    refused(
      'fewer segments than rows',
      { x: float([2, 2], [1, 2, 3, 4]), i: int([2], [0, 1]), s: int([1], [0]) },
      /ids of shape \[1\] do not fit/,
    ),
  ]),
  operation('SparseReshape', 'SparseReshape', { i: 'INT32', from: 'INT32', to: 'INT32' }, {}, 'INT32', [
    answered(
      'another shape',
      { i: int([1, 2], [1, 0]), from: int([2], [2, 3]), to: int([1], [-1]) },
      int([1, 1], [3]),
    ),
    refused(
      'other dimensions',
      { i: int([1, 1], [1]), from: int([2], [2, 3]), to: int([1], [6]) },
      /SparseReshape/,
    ),
    refused(
      'no places',
      { i: int([1, 2], [0, 0]), from: int([2], [0, 3]), to: int([2], [3, 0]) },
      /SparseReshape/,
    ),
  ]),
  operation(
    'gathering in batches',
    'GatherV2',
    { x: 'FP32', i: 'INT32', axis: 'INT32' },
    { batch_dims: { i: '1' } },
    'FP32',
    [
      answered(
        'of one index each',
        { x: float([4, 2], [1, 2, 3, 4, 5, 6, 7, 8]), i: int([4, 1], [0, 1, 0, 1]), axis: int([], [1]) },
        float([4, 1], [1, 4, 5, 8]),
      ),
      refused(
        'of an index outside',
        { x: float([4, 2], [1, 2, 3, 4, 5, 6, 7, 8]), i: int([4, 1], [0, 1, 0, 2]), axis: int([], [1]) },
        /GatherV2: the index 2/,
      ),
    ],
  ),
  operation(
    'gathering in batches counted from the last dimension of the indices',
    'GatherV2',
    { x: 'FP32', i: 'INT32', axis: 'INT32' },
    { batch_dims: { i: '-1' } },
    'FP32',
    [
      answered(
        'of one index each',
        { x: float([2, 2], [1, 2, 3, 4]), i: int([2, 1], [1, 0]), axis: int([], [1]) },
        float([2, 1], [2, 3]),
      ),
    ],
  ),
  operation('reversed truths', 'ReverseV2', { x: 'BOOL', axis: 'INT32' }, {}, 'BOOL', [
    answered('a list', { x: bool([4], [1, 0, 0, 0]), axis: int([1], [0]) }, bool([4], [0, 0, 0, 1])),
    answered('columns', { x: bool([2, 2], [1, 0, 1, 1]), axis: int([1], [-1]) }, bool([2, 2], [0, 1, 1, 1])),
    refused('a dimension that is not there', { x: bool([4], [1, 0, 0, 0]), axis: int([1], [7]) }, /Reverse/),
  ]),
  operation('chosen truths', 'SelectV2', { c: 'BOOL', t: 'BOOL', e: 'BOOL' }, {}, 'BOOL', [
    answered(
      'one by one',
      { c: bool([3], [1, 0, 1]), t: bool([3], [1, 1, 0]), e: bool([3], [0, 1, 1]) },
      bool([3], [1, 1, 0]),
    ),
  ]),
  operation(
    'integers with a stride',
    'StridedSlice',
    { x: 'INT32', b: 'INT32', e: 'INT32', s: 'INT32' },
    noMasks,
    'INT32',
    [
      answered(
        'forwards',
        { x: int([2, 3], [1, 2, 3, 4, 5, 6]), b: int([2], [0, 0]), e: int([2], [2, 3]), s: int([2], [1, 2]) },
        int([2, 2], [1, 3, 4, 6]),
      ),
      answered(
        'backwards from far outside',
        { x: int([2, 2], [1, 2, 3, 4]), b: int([2], [-9, 9]), e: int([2], [99, -99]), s: int([2], [1, -1]) },
        int([2, 2], [2, 1, 4, 3]),
      ),
      refused(
        'a stride of 0',
        { x: int([2, 2], [1, 2, 3, 4]), b: int([2], [0, 0]), e: int([2], [2, 2]), s: int([2], [0, 1]) },
        /StridedSlice/,
      ),
    ],
  ),
  operation(
    'truths with a stride',
    'StridedSlice',
    { x: 'BOOL', b: 'INT32', e: 'INT32', s: 'INT32' },
    noMasks,
    'BOOL',
    [
      answered(
        'every other one',
        { x: bool([4], [1, 0, 0, 1]), b: int([1], [1]), e: int([1], [4]), s: int([1], [2]) },
        bool([2], [0, 1]),
      ),
    ],
  ),
  operation(
    'Cumsum',
    'Cumsum',
    { x: 'FP32', axis: 'INT32' },
    { exclusive: flag(false), reverse: flag(false) },
    'FP32',
    [
      answered('the last dimension', { x: row, axis: int([], [-1]) }, float([1, 2], [1, 3])),
      answered(
        'the first dimension',
        { x: float([2, 1], [1, 2]), axis: int([], [-2]) },
        float([2, 1], [1, 3]),
      ),
      refused('a dimension that is not there', { x: row, axis: int([], [7]) }, /Cumsum: the axis 7/),
      refused('a dimension before the first', { x: row, axis: int([], [-7]) }, /Cumsum: the axis -7/),
    ],
  ),
  operation('TopKV2', 'TopKV2', { x: 'FP32', k: 'INT32' }, { sorted: flag(true) }, 'FP32', [
    answered('of NaN', { x: float([3], [1, Number.NaN, 2]), k: int([], [2]) }, float([2], [2, 1])),
    refused('more than there are', { x: float([2], [1, 2]), k: int([], [5]) }, /k/),
    refused('fewer than none', { x: float([2], [1, 2]), k: int([], [-1]) }, /k|chosen/),
  ]),
  operation('Tile', 'Tile', { x: 'FP32', k: 'INT32' }, {}, 'FP32', [
    refused('fewer than no times', { x: row, k: int([2], [1, -1]) }, /Tile/),
    refused('too often', { x: row, k: int([2], [100_000_000, 1]) }, /Tile|memory/),
    answered('of nothing', { x: float([1, 0]), k: int([2], [3, 1000]) }, float([3, 0])),
  ]),
  operation('BatchToSpaceND', 'BatchToSpaceND', { x: 'FP32', k: 'INT32', c: 'INT32' }, {}, 'FP32', [
    refused(
      'blocks below 0',
      { x: float([4, 1, 1, 1], [1, 2, 3, 4]), k: int([2], [-2, -2]), c: int([2, 2], [0, 0, 0, 0]) },
      /BatchToSpaceND/,
    ),
    answered(
      'blocks',
      { x: float([4, 1, 1, 1], [1, 2, 3, 4]), k: int([2], [2, 2]), c: int([2, 2], [0, 0, 0, 0]) },
      float([1, 2, 2, 1], [1, 2, 3, 4]),
    ),
  ]),
  operation('Bincount', 'Bincount', { x: 'INT32', s: 'INT32', w: 'FP32' }, {}, 'FP32', [
    answered(
      'larger than is counted',
      { x: int([3], [0, 1, 999_999]), s: int([], [2]), w: float([0]) },
      float([2], [1, 1]),
    ),
    refused('sizes below 0', { x: int([3], [0, 1, 2]), s: int([], [-2]), w: float([0]) }, /[Bb]incount|size/),
    answered('no sizes', { x: int([3], [0, 1, 2]), s: int([], [0]), w: float([0]) }, float([0])),
  ]),
  operation('integers that are divided', 'FloorDiv', { a: 'INT32', b: 'INT32' }, {}, 'INT32', [
    refused(
      'by zero',
      { a: int([2], [4, 5]), b: int([2], [2, 0]) },
      /FloorDiv: an integer is divided by zero/,
    ),
    answered('by others', { a: int([2], [4, -5]), b: int([2], [2, 2]) }, int([2], [2, -3])),
  ]),
  operation('LinSpace', 'LinSpace', { a: 'FP32', b: 'FP32', n: 'INT32' }, {}, 'FP32', [
    refused('of no numbers', { a: float([], [0]), b: float([], [1]), n: int([], [0]) }, /LinSpace|num/),
    answered('of two', { a: float([], [0]), b: float([], [1]), n: int([], [2]) }, float([2], [0, 1])),
  ]),
  operation(
    'Range',
    'Range',
    { a: 'INT32', b: 'INT32', s: 'INT32' },
    { Tidx: { type: 'DT_INT32' } },
    'INT32',
    [
      answered('of three', { a: int([], [5]), b: int([], [-1]), s: int([], [-2]) }, int([3], [5, 3, 1])),
      refused('too far', { a: int([], [0]), b: int([], [150_000_000]), s: int([], [1]) }, /Range|memory/),
      refused('the wrong way', { a: int([], [0]), b: int([], [3]), s: int([], [-1]) }, /Range/),
    ],
  ),
];
