import {
  answered,
  bool,
  float,
  type GateCase,
  int,
  operation,
  refused,
  strings,
} from '../../../gate/gate_cases/case.ts';

const { NaN: nan } = Number;

/** Values by the documentation of tf.split, tf.reverse and tf.space_to_batch. */
export const PART_CASES: readonly GateCase[] = [
  operation(
    'Split, part 0',
    'Split',
    { axis: 'INT32', x: 'FP32' },
    { T: { type: 'DT_FLOAT' }, num_split: { i: '2' } },
    'FP32',
    [
      answered(
        'rows, counted from the end',
        { axis: int([], [-2]), x: float([2, 3], [0, 1, 2, 3, 4, 5]) },
        float([1, 3], [0, 1, 2]),
      ),
      answered('nothing', { axis: int([], [0]), x: float([0, 3]) }, float([0, 3])),
      refused(
        'an uneven size',
        { axis: int([], [1]), x: float([2, 3], [0, 1, 2, 3, 4, 5]) },
        /cannot be split/,
      ),
    ],
  ),
  operation(
    'SplitV, part 0',
    'SplitV',
    { x: 'FP32', sizes: 'INT32', axis: 'INT32' },
    { T: { type: 'DT_FLOAT' }, Tlen: { type: 'DT_INT32' }, num_split: { i: '2' } },
    'FP32',
    [
      answered(
        'what is left is -1',
        { x: float([2, 3], [0, 1, 2, 3, 4, 5]), sizes: int([2], [-1, 1]), axis: int([], [1]) },
        float([2, 2], [0, 1, 3, 4]),
      ),
      answered(
        'a part of nothing',
        { x: float([2, 3], [0, 1, 2, 3, 4, 5]), sizes: int([2], [0, 3]), axis: int([], [-1]) },
        float([2, 0]),
      ),
      refused(
        'other sizes',
        { x: float([2, 3], [0, 1, 2, 3, 4, 5]), sizes: int([2], [1, 1]), axis: int([], [1]) },
        /cannot be split/,
      ),
    ],
  ),
  operation(
    'Split, part 1',
    'Split',
    { axis: 'INT32', x: 'FP32' },
    { T: { type: 'DT_FLOAT' }, num_split: { i: '2' } },
    'FP32',
    [
      answered(
        'rows, counted from the end',
        { axis: int([], [-2]), x: float([2, 3], [0, 1, 2, 3, 4, 5]) },
        float([1, 3], [3, 4, 5]),
      ),
      answered('nothing', { axis: int([], [0]), x: float([0, 3]) }, float([0, 3])),
      refused(
        'an uneven size',
        { axis: int([], [1]), x: float([2, 3], [0, 1, 2, 3, 4, 5]) },
        /cannot be split/,
      ),
    ],
    1,
  ),
  operation(
    'SplitV, part 1',
    'SplitV',
    { x: 'FP32', sizes: 'INT32', axis: 'INT32' },
    { T: { type: 'DT_FLOAT' }, Tlen: { type: 'DT_INT32' }, num_split: { i: '2' } },
    'FP32',
    [
      answered(
        'what is left is -1',
        { x: float([2, 3], [0, 1, 2, 3, 4, 5]), sizes: int([2], [-1, 1]), axis: int([], [1]) },
        float([2, 1], [2, 5]),
      ),
      answered(
        'a part of nothing',
        { x: float([2, 3], [0, 1, 2, 3, 4, 5]), sizes: int([2], [0, 3]), axis: int([], [-1]) },
        float([2, 3], [0, 1, 2, 3, 4, 5]),
      ),
      refused(
        'other sizes',
        { x: float([2, 3], [0, 1, 2, 3, 4, 5]), sizes: int([2], [1, 1]), axis: int([], [1]) },
        /cannot be split/,
      ),
    ],
    1,
  ),
  operation(
    'Split of int32',
    'Split',
    { axis: 'INT32', x: 'INT32' },
    { T: { type: 'DT_INT32' }, num_split: { i: '2' } },
    'INT32',
    [
      answered(
        'the second element',
        { axis: int([], [0]), x: int([2], [2147483647, 16777217]) },
        int([1], [16777217]),
      ),
    ],
    1,
  ),
  operation(
    'Split of bool',
    'Split',
    { axis: 'INT32', x: 'BOOL' },
    { T: { type: 'DT_BOOL' }, num_split: { i: '2' } },
    'BOOL',
    [answered('the second element', { axis: int([], [0]), x: bool([2], [1, 0]) }, bool([1], [0]))],
    1,
  ),
  operation(
    'Split of string',
    'Split',
    { axis: 'INT32', x: 'BYTES' },
    { T: { type: 'DT_STRING' }, num_split: { i: '2' } },
    'BYTES',
    [answered('the second element', { axis: int([], [0]), x: strings([2], ['a', '']) }, strings([1], ['']))],
    1,
  ),
  operation(
    'Reverse of float',
    'Reverse',
    { x: 'FP32', truths: 'BOOL' },
    { T: { type: 'DT_FLOAT' } },
    'FP32',
    [
      answered(
        'rows',
        { x: float([2, 2], [1, nan, 3, 4]), truths: bool([2], [1, 0]) },
        float([2, 2], [3, 4, 1, nan]),
      ),
      answered(
        'both',
        { x: float([2, 2], [1, nan, 3, 4]), truths: bool([2], [1, 1]) },
        float([2, 2], [4, 3, nan, 1]),
      ),
      answered(
        'neither',
        { x: float([2, 2], [1, nan, 3, 4]), truths: bool([2], [0, 0]) },
        float([2, 2], [1, nan, 3, 4]),
      ),
      refused(
        'one truth of two',
        { x: float([2, 2], [1, nan, 3, 4]), truths: bool([1], [1]) },
        /are not one for each dimension/,
      ),
    ],
  ),
  operation(
    'Reverse of int32',
    'Reverse',
    { x: 'INT32', truths: 'BOOL' },
    { T: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'rows',
        { x: int([2, 2], [2147483647, -2147483648, 16777217, 0]), truths: bool([2], [1, 0]) },
        int([2, 2], [16777217, 0, 2147483647, -2147483648]),
      ),
      answered(
        'both',
        { x: int([2, 2], [2147483647, -2147483648, 16777217, 0]), truths: bool([2], [1, 1]) },
        int([2, 2], [0, 16777217, -2147483648, 2147483647]),
      ),
      answered(
        'neither',
        { x: int([2, 2], [2147483647, -2147483648, 16777217, 0]), truths: bool([2], [0, 0]) },
        int([2, 2], [2147483647, -2147483648, 16777217, 0]),
      ),
      refused(
        'one truth of two',
        { x: int([2, 2], [2147483647, -2147483648, 16777217, 0]), truths: bool([1], [1]) },
        /are not one for each dimension/,
      ),
    ],
  ),
  operation(
    'Reverse of string',
    'Reverse',
    { x: 'BYTES', truths: 'BOOL' },
    { T: { type: 'DT_STRING' } },
    'BYTES',
    [
      answered(
        'rows',
        { x: strings([2, 2], ['a', 'b', 'c', '']), truths: bool([2], [1, 0]) },
        strings([2, 2], ['c', '', 'a', 'b']),
      ),
      answered(
        'both',
        { x: strings([2, 2], ['a', 'b', 'c', '']), truths: bool([2], [1, 1]) },
        strings([2, 2], ['', 'c', 'b', 'a']),
      ),
      answered(
        'neither',
        { x: strings([2, 2], ['a', 'b', 'c', '']), truths: bool([2], [0, 0]) },
        strings([2, 2], ['a', 'b', 'c', '']),
      ),
      refused(
        'one truth of two',
        { x: strings([2, 2], ['a', 'b', 'c', '']), truths: bool([1], [1]) },
        /are not one for each dimension/,
      ),
    ],
  ),
  operation(
    'SpaceToBatch of two',
    'SpaceToBatch',
    { x: 'FP32', paddings: 'INT32' },
    { T: { type: 'DT_FLOAT' }, block_size: { i: '2' }, Tpaddings: { type: 'DT_INT32' } },
    'FP32',
    [
      answered(
        'with a row of zeros',
        { x: float([1, 3, 2, 1], [0, 1, 2, 3, 4, 5]), paddings: int([2, 2], [1, 0, 0, 0]) },
        float([4, 2, 1, 1], [0, 2, 0, 3, 0, 4, 1, 5]),
      ),
      refused(
        'a size that blocks do not fill',
        { x: float([1, 3, 2, 1], [0, 1, 2, 3, 4, 5]), paddings: int([2, 2], [0, 0, 0, 0]) },
        /block/,
      ),
    ],
  ),
  operation(
    'SpaceToBatchND',
    'SpaceToBatchND',
    { x: 'FP32', block: 'INT32', paddings: 'INT32' },
    { T: { type: 'DT_FLOAT' }, Tblock_shape: { type: 'DT_INT32' }, Tpaddings: { type: 'DT_INT32' } },
    'FP32',
    [
      answered(
        'with a row of zeros',
        {
          x: float([1, 3, 2, 1], [0, 1, 2, 3, 4, 5]),
          block: int([2], [2, 2]),
          paddings: int([2, 2], [1, 0, 0, 0]),
        },
        float([4, 2, 1, 1], [0, 2, 0, 3, 0, 4, 1, 5]),
      ),
      answered(
        'blocks of one dimension',
        { x: float([1, 4], [1, 2, 3, 4]), block: int([1], [2]), paddings: int([1, 2], [0, 0]) },
        float([2, 2], [1, 3, 2, 4]),
      ),
      answered(
        'no images',
        { x: float([0, 3, 2, 1]), block: int([2], [2, 2]), paddings: int([2, 2], [1, 0, 0, 0]) },
        float([0, 2, 1, 1]),
      ),
      refused(
        'a size that blocks do not fill',
        {
          x: float([1, 3, 2, 1], [0, 1, 2, 3, 4, 5]),
          block: int([2], [2, 2]),
          paddings: int([2, 2], [0, 0, 0, 0]),
        },
        /block/,
      ),
    ],
  ),
  operation(
    'SpaceToBatchND of int32',
    'SpaceToBatchND',
    { x: 'INT32', block: 'INT32', paddings: 'INT32' },
    { T: { type: 'DT_INT32' }, Tblock_shape: { type: 'DT_INT32' }, Tpaddings: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'the extremes',
        { x: int([1, 2], [2147483647, 16777217]), block: int([1], [2]), paddings: int([1, 2], [0, 0]) },
        int([2, 1], [2147483647, 16777217]),
      ),
    ],
  ),
];
