import { int8, int32, int32s } from '../../../../fixtures/models/flatbuffer.ts';
import {
  type CaseTensor,
  codes,
  constant,
  floats,
  integers,
  type OperatorCase,
  texts,
  truths,
} from './operator_case.ts';

/** Numbers from 0 on. */
export const counted = (shape: readonly number[]): CaseTensor =>
  floats(
    shape,
    Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, index) => index),
  );
export const fixed = (...values: number[]): CaseTensor => constant(integers([values.length], values));
const scalar = (value: number): CaseTensor => constant(integers([], [value]));
const eighths = codes(0.125, -3);

export const SHAPE_CASES: readonly OperatorCase[] = [
  {
    op: 'RESHAPE',
    about: 'by options',
    options: ['ReshapeOptions', [int32s([3, 2])]],
    inputs: [counted([2, 3])],
    outputs: [counted([3, 2])],
  },
  {
    op: 'RESHAPE',
    about: 'by an input',
    inputs: [counted([2, 3]), fixed(-1, 2)],
    outputs: [counted([3, 2])],
  },
  {
    op: 'RESHAPE',
    about: 'of an open batch',
    inputs: [{ ...counted([2, 2, 3]), signature: [-1, 2, 3] }, fixed(-1, 6)],
    outputs: [{ ...counted([2, 6]), signature: [-1, 6] }],
  },
  {
    op: 'SQUEEZE',
    options: ['SqueezeOptions', [int32s([0, -1])]],
    inputs: [counted([1, 2, 1, 1])],
    outputs: [counted([2, 1])],
  },
  { op: 'SQUEEZE', about: 'of all', inputs: [counted([1, 2, 1, 3])], outputs: [counted([2, 3])] },
  { op: 'EXPAND_DIMS', inputs: [counted([2, 3]), scalar(-1)], outputs: [counted([2, 3, 1])] },
  {
    op: 'TRANSPOSE',
    inputs: [counted([2, 3]), fixed(1, 0)],
    outputs: [floats([3, 2], [0, 3, 1, 4, 2, 5])],
  },
  { op: 'SHAPE', inputs: [counted([2, 3])], outputs: [integers([2], [2, 3])] },
  { op: 'RANK', inputs: [counted([2, 3])], outputs: [integers([], [2])] },
  {
    op: 'CONCATENATION',
    options: ['ConcatenationOptions', [int32(-1), int8(0)]],
    inputs: [counted([2, 1]), counted([2, 2])],
    outputs: [floats([2, 3], [0, 0, 1, 1, 2, 3])],
  },
  {
    op: 'CONCATENATION',
    about: 'of integers with two scales',
    options: ['ConcatenationOptions', [int32(0), int8(0)]],
    inputs: [eighths([2], [5, -11]), codes(0.25, 0)([1], [3])],
    outputs: [eighths([3], [5, -11, 3])],
  },
  {
    op: 'PACK',
    options: ['PackOptions', [int32(2), int32(1)]],
    inputs: [counted([2]), floats([2], [8, 9])],
    outputs: [floats([2, 2], [0, 8, 1, 9])],
  },
  {
    op: 'UNPACK',
    options: ['UnpackOptions', [int32(2), int32(1)]],
    inputs: [counted([2, 2])],
    outputs: [floats([2], [0, 2]), floats([2], [1, 3])],
  },
  {
    op: 'SPLIT',
    options: ['SplitOptions', [int32(2)]],
    inputs: [scalar(1), counted([2, 4])],
    outputs: [floats([2, 2], [0, 1, 4, 5]), floats([2, 2], [2, 3, 6, 7])],
  },
  {
    op: 'SPLIT_V',
    options: ['SplitVOptions', [int32(3)]],
    inputs: [counted([6]), fixed(1, -1, 2), scalar(0)],
    outputs: [floats([1], [0]), floats([3], [1, 2, 3]), floats([2], [4, 5])],
  },
  { op: 'TILE', inputs: [counted([1, 2]), fixed(2, 2)], outputs: [floats([2, 4], [0, 1, 0, 1, 0, 1, 0, 1])] },
  {
    op: 'BROADCAST_TO',
    inputs: [counted([2, 1]), fixed(2, 2, 2)],
    outputs: [floats([2, 2, 2], [0, 0, 1, 1, 0, 0, 1, 1])],
  },
  {
    op: 'BROADCAST_ARGS',
    inputs: [integers([3], [1, 2, 1]), integers([3], [3, 1, 1])],
    outputs: [integers([3], [3, 2, 1])],
  },
  {
    op: 'PAD',
    inputs: [counted([1, 2]), constant(integers([2, 2], [0, 1, 1, 0]))],
    outputs: [floats([2, 3], [0, 0, 1, 0, 0, 0])],
  },
  {
    op: 'PAD',
    about: 'of integers, by those that stand for zero',
    inputs: [eighths([1, 2], [5, -11]), constant(integers([2, 2], [0, 0, 1, 0]))],
    outputs: [eighths([1, 3], [-3, 5, -11])],
  },
  {
    op: 'PAD',
    about: 'by as much as the request says',
    inputs: [counted([2]), integers([1, 2], [1, 2])],
    outputs: [floats([5], [0, 0, 1, 0, 0])],
  },
  {
    op: 'PADV2',
    inputs: [counted([2]), constant(integers([1, 2], [2, 1])), constant(floats([], [7]))],
    outputs: [floats([5], [7, 7, 0, 1, 7])],
  },
  {
    op: 'MIRROR_PAD',
    about: 'without the borders',
    options: ['MirrorPadOptions', [int8(0)]],
    inputs: [counted([3]), constant(integers([1, 2], [2, 1]))],
    outputs: [floats([6], [2, 1, 0, 1, 2, 1])],
  },
  {
    op: 'MIRROR_PAD',
    about: 'with the borders',
    options: ['MirrorPadOptions', [int8(1)]],
    inputs: [counted([3]), constant(integers([1, 2], [2, 1]))],
    outputs: [floats([6], [1, 0, 0, 1, 2, 2])],
  },
  {
    op: 'FILL',
    inputs: [integers([2], [2, 3]), floats([], [4])],
    outputs: [floats([2, 3], [4, 4, 4, 4, 4, 4])],
  },
  {
    op: 'RANGE',
    inputs: [integers([], [2]), integers([], [9]), integers([], [3])],
    outputs: [integers([3], [2, 5, 8])],
  },
  {
    op: 'ONE_HOT',
    options: ['OneHotOptions', [int32(-1)]],
    inputs: [integers([3], [0, 2, 5]), scalar(3), constant(floats([], [5])), constant(floats([], [-1]))],
    outputs: [floats([3, 3], [5, -1, -1, -1, -1, 5, -1, -1, -1])],
  },
  { op: 'ZEROS_LIKE', inputs: [counted([3])], outputs: [floats([3], [0, 0, 0])] },
  { op: 'MATRIX_DIAG', inputs: [floats([2], [1, 2])], outputs: [floats([2, 2], [1, 0, 0, 2])] },
  {
    op: 'MATRIX_SET_DIAG',
    inputs: [counted([2, 3]), floats([2], [8, 9])],
    outputs: [floats([2, 3], [8, 1, 2, 3, 9, 5])],
  },
  {
    op: 'DEPTH_TO_SPACE',
    options: ['DepthToSpaceOptions', [int32(2)]],
    inputs: [counted([1, 1, 2, 4])],
    outputs: [floats([1, 2, 4, 1], [0, 1, 4, 5, 2, 3, 6, 7])],
  },
  {
    op: 'SPACE_TO_DEPTH',
    options: ['SpaceToDepthOptions', [int32(2)]],
    inputs: [counted([1, 2, 4, 1])],
    outputs: [floats([1, 1, 2, 4], [0, 1, 4, 5, 2, 3, 6, 7])],
  },
  {
    op: 'SPACE_TO_BATCH_ND',
    inputs: [counted([1, 2, 2, 1]), fixed(2, 2), constant(integers([2, 2], [0, 0, 2, 0]))],
    outputs: [floats([4, 1, 2, 1], [0, 0, 0, 1, 0, 2, 0, 3])],
  },
  {
    op: 'SPACE_TO_BATCH_ND',
    about: 'of integers, with those that stand for zero around them',
    inputs: [eighths([1, 1, 1, 1], [5]), fixed(1, 2), constant(integers([2, 2], [0, 0, 1, 0]))],
    outputs: [eighths([2, 1, 1, 1], [-3, 5])],
  },
  {
    op: 'BATCH_TO_SPACE_ND',
    inputs: [counted([4, 1, 2, 1]), fixed(2, 2), constant(integers([2, 2], [0, 0, 1, 0]))],
    outputs: [floats([1, 2, 3, 1], [2, 1, 3, 6, 5, 7])],
  },
  {
    op: 'EQUAL',
    about: 'of texts',
    inputs: [texts([2], ['a', 'b']), texts([2], ['a', 'c'])],
    outputs: [truths([2], [1, 0])],
  },
];
