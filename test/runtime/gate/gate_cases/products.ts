import {
  answered,
  flag,
  float,
  type GateCase,
  int,
  integers,
  operation,
  refused,
  text,
  texts,
} from './case.ts';

const square = float([1, 2, 2, 1], [1, 2, 3, 4]);
const row = float([1, 2], [1, 2]);
const fused = (...ops: string[]) => ({
  transpose_a: flag(false),
  transpose_b: flag(false),
  fused_ops: texts(...ops),
  num_args: { i: String(ops.length) },
  epsilon: { f: 0 },
});
const ones = (count: number): number[] => Array.from({ length: count }, () => 1);

/** Shapes of products and convolutions that do not fit each other. */
export const PRODUCT_CASES: readonly GateCase[] = [
  operation(
    'Conv2D of padded channels',
    'Conv2D',
    { x: 'FP32', filter: 'FP32' },
    {
      strides: integers(1, 1, 1, 1),
      dilations: integers(1, 1, 1, 1),
      data_format: text('NHWC'),
      padding: text('EXPLICIT'),
      explicit_paddings: integers(0, 0, 0, 0, 0, 0, 1, 0),
    },
    'FP32',
    [
      refused(
        'which TensorFlow does not have',
        { x: square, filter: float([1, 1, 1, 1], [2]) },
        /Conv2D: the batch or the channels are padded/,
      ),
    ],
  ),
  operation(
    'Prelu fused',
    '_FusedMatMul',
    { a: 'FP32', b: 'FP32', bias: 'FP32', slopes: 'FP32' },
    fused('BiasAdd', 'Prelu'),
    'FP32',
    [
      refused(
        'slopes that do not fit',
        { a: row, b: float([2, 8], ones(16)), bias: float([8], ones(8)), slopes: float([3], [1, 2, 3]) },
        /_FusedMatMul.*do not broadcast/,
      ),
      answered(
        'slopes that fit',
        {
          a: float([1, 1], [-1]),
          b: float([1, 2], [1, 2]),
          bias: float([2], [0, 0]),
          slopes: float([2], [2, 3]),
        },
        float([1, 2], [-2, -6]),
      ),
    ],
  ),
  operation('bias fused', '_FusedMatMul', { a: 'FP32', b: 'FP32', bias: 'FP32' }, fused('BiasAdd'), 'FP32', [
    refused(
      'a bias that does not fit',
      { a: row, b: float([2, 8], ones(16)), bias: float([1], [1]) },
      /_FusedMatMul: a bias of shape \[1\]/,
    ),
    answered(
      'an inner size of 0',
      { a: float([2, 0]), b: float([0, 2]), bias: float([2], [5, 6]) },
      float([2, 2], [5, 6, 5, 6]),
    ),
  ]),
  operation(
    'batches that broadcast',
    'BatchMatMulV2',
    { a: 'FP32', b: 'FP32' },
    { adj_x: flag(false), adj_y: flag(false) },
    'FP32',
    [
      answered(
        'on both sides',
        { a: float([2, 1, 1, 1], [1, 10]), b: float([1, 3, 1, 1], [1, 2, 3]) },
        float([2, 3, 1, 1], [1, 2, 3, 10, 20, 30]),
      ),
      refused('of other sizes', { a: float([2, 1, 1], [1, 10]), b: float([3, 1, 1], [1, 2, 3]) }, /MatMul/i),
    ],
  ),
  operation(
    'Conv2DBackpropInput',
    'Conv2DBackpropInput',
    { size: 'INT32', filter: 'FP32', dy: 'FP32' },
    {
      strides: integers(1, 1, 1, 1),
      dilations: integers(1, 1, 1, 1),
      padding: text('VALID'),
      data_format: text('NHWC'),
    },
    'FP32',
    [
      refused(
        'sizes that do not fit',
        { size: int([4], [1, 64, 64, 1]), filter: float([1, 1, 1, 1], [1]), dy: square },
        /Conv2DBackpropInput: dy of shape/,
      ),
      answered(
        'sizes that fit',
        { size: int([4], [1, 2, 2, 1]), filter: float([1, 1, 1, 1], [2]), dy: square },
        float([1, 2, 2, 1], [2, 4, 6, 8]),
      ),
    ],
  ),
];
