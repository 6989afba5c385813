import {
  answered,
  bool,
  flag,
  float,
  type GateCase,
  int,
  integers,
  operation,
  refused,
  text,
} from './case.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const many = (value: number): number[] => Array.from({ length: 600 }, () => value);
const axis = int([1], [1]);
const reduced = { keep_dims: flag(false) };

const floats = (op: string, value: number): GateCase =>
  operation(op, op, { x: 'FP32', axis: 'INT32' }, reduced, 'FP32', [
    answered('no elements', { x: float([200, 0, 3]), axis }, float([200, 3], many(value))),
    answered('no rows', { x: float([0, 2]), axis }, float([0])),
    refused('a dimension that is not there', { x: float([2, 0]), axis: int([1], [2]) }, new RegExp(op)),
  ]);
const integersOf = (op: string, value: number): GateCase =>
  operation(`${op} of integers`, op, { x: 'INT32', axis: 'INT32' }, reduced, 'INT32', [
    answered('no elements', { x: int([200, 0, 3]), axis }, int([200, 3], many(value))),
  ]);
const truths = (op: string, value: number): GateCase =>
  operation(op, op, { x: 'BOOL', axis: 'INT32' }, reduced, 'BOOL', [
    answered('no elements', { x: bool([200, 0, 3]), axis }, bool([200, 3], many(value))),
  ]);
const position = (op: string): GateCase =>
  operation(op, op, { x: 'FP32', axis: 'INT32' }, {}, 'INT32', [
    refused('no elements', { x: float([2, 0, 3]), axis: int([], [1]) }, new RegExp(`${op}.*no elements`)),
    answered('no rows', { x: float([0, 2]), axis: int([], [1]) }, int([0])),
  ]);
const resize = (op: string): GateCase =>
  operation(
    op,
    op,
    { x: 'FP32', size: 'INT32' },
    { align_corners: flag(false), half_pixel_centers: flag(false) },
    'FP32',
    [
      refused(
        'no pixels',
        { x: float([1, 0, 4, 3]), size: int([2], [4, 4]) },
        new RegExp(`${op}.*no pixels`),
      ),
      refused('no size', { x: float([1, 1, 1, 1], [5]), size: int([2], [0, 2]) }, new RegExp(op)),
      refused('a size below 0', { x: float([1, 1, 1, 1], [5]), size: int([2], [-1, 2]) }, new RegExp(op)),
      answered(
        'one pixel',
        { x: float([1, 1, 1, 1], [5]), size: int([2], [1, 2]) },
        float([1, 1, 2, 1], [5, 5]),
      ),
    ],
  );

const window = {
  strides: integers(1, 1, 1, 1),
  dilations: integers(1, 1, 1, 1),
  data_format: text('NHWC'),
  padding: text('VALID'),
};

/** TensorFlow's answers for tensors without elements. */
export const EMPTY_CASES: readonly GateCase[] = [
  floats('Mean', nan),
  floats('Sum', 0),
  floats('Prod', 1),
  floats('Max', -infinity),
  floats('Min', infinity),
  integersOf('Sum', 0),
  integersOf('Prod', 1),
  integersOf('Max', -(2 ** 31)),
  integersOf('Min', 2 ** 31 - 1),
  truths('All', 1),
  truths('Any', 0),
  position('ArgMax'),
  position('ArgMin'),
  resize('ResizeBilinear'),
  resize('ResizeNearestNeighbor'),
  operation(
    'MatMul',
    'MatMul',
    { a: 'FP32', b: 'FP32' },
    { transpose_a: flag(false), transpose_b: flag(false) },
    'FP32',
    [
      answered('an inner size of 0', { a: float([30, 0]), b: float([0, 20]) }, float([30, 20], many(0))),
      answered('no rows', { a: float([0, 2]), b: float([2, 1], [1, 2]) }, float([0, 1])),
      refused('other inner sizes', { a: float([1, 0]), b: float([2, 1], [1, 2]) }, /inner/i),
    ],
  ),
  operation(
    'convolution with a bias',
    '_FusedConv2D',
    { x: 'FP32', filter: 'FP32', bias: 'FP32' },
    { ...window, fused_ops: { list: { s: [text('BiasAdd').s] } }, num_args: { i: '1' } },
    'FP32',
    [
      answered(
        'an image as large as the window, less one',
        {
          x: float([1, 2, 2, 1], [1, 2, 3, 4]),
          filter: float([3, 3, 1, 2], many(1).slice(0, 18)),
          bias: float([2], [5, 6]),
        },
        float([1, 0, 0, 2]),
      ),
      refused(
        'an image that the window exceeds by more',
        {
          x: float([1, 1, 1, 1], [1]),
          filter: float([3, 3, 1, 2], many(1).slice(0, 18)),
          bias: float([2], [5, 6]),
        },
        /FusedConv2D.*larger than an image/,
      ),
      answered(
        'no channels',
        { x: float([1, 1, 2, 0]), filter: float([1, 1, 0, 2]), bias: float([2], [5, 6]) },
        float([1, 1, 2, 2], [5, 6, 5, 6]),
      ),
    ],
  ),
  operation('PadV2', 'PadV2', { x: 'FP32', paddings: 'INT32', value: 'FP32' }, {}, 'FP32', [
    answered(
      'no elements',
      { x: float([1, 0]), paddings: int([2, 2], [0, 1, 1, 1]), value: float([], [7]) },
      float([2, 2], [7, 7, 7, 7]),
    ),
  ]),
  operation('MirrorPad', 'MirrorPad', { x: 'FP32', paddings: 'INT32' }, { mode: text('SYMMETRIC') }, 'FP32', [
    refused(
      'no elements to mirror',
      { x: float([1, 0]), paddings: int([2, 2], [0, 0, 1, 0]) },
      /Padding in dimension 1/,
    ),
    answered(
      'as it is',
      { x: float([1, 2], [1, 2]), paddings: int([2, 2], [0, 0, 1, 0]) },
      float([1, 3], [1, 1, 2]),
    ),
  ]),
  operation('Softmax', 'Softmax', { x: 'FP32' }, {}, 'FP32', [
    answered('no columns', { x: float([3, 0]) }, float([3, 0])),
    answered('no rows', { x: float([0, 3]) }, float([0, 3])),
  ]),
];
