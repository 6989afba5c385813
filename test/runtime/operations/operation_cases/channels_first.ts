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
} from '../../gate/gate_cases/case.ts';

const T = { T: { type: 'DT_FLOAT' } };
const FORMAT = { ...T, data_format: text('NCHW') };
const ONES = integers(1, 1, 1, 1);
const window = (height: number, width: number, padding: string) => ({
  ...FORMAT,
  ksize: integers(1, 1, height, width),
  strides: integers(1, 1, height, width),
  padding: text(padding),
});

/** One image of two channels, the first of which has 1 to 6. */
const image = float([1, 2, 2, 3], [1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60]);

/** Values by arithmetic. What is published with channels first is computed with channels last. */
export const CHANNELS_FIRST_CASES: readonly GateCase[] = [
  {
    name: 'batch norm with channels first in both branches of a condition of TensorFlow 1',
    inputs: [
      { name: 'x', dtype: 'DT_FLOAT' },
      { name: 'training', dtype: 'DT_BOOL', shape: [] },
      ...['scale', 'offset', 'mean', 'variance'].map((name) => ({ name, dtype: 'DT_FLOAT' as const })),
    ],
    nodes: [
      { name: 'branch', op: 'Switch', input: ['x', 'training'], attr: T },
      ...[false, true].map((isTraining) => ({
        name: isTraining ? 'train' : 'predict',
        op: 'FusedBatchNormV3',
        input: [`branch:${Number(isTraining)}`, 'scale', 'offset', 'mean', 'variance'],
        attr: { ...FORMAT, U: { type: 'DT_FLOAT' }, epsilon: { f: 0 }, is_training: flag(isTraining) },
      })),
      { name: 'y', op: 'Merge', input: ['predict', 'train'], attr: { ...T, N: { i: '2' } } },
    ],
    outputs: [{ name: 'y', dtype: 'DT_FLOAT' }],
    asked: [false, true].map((isTraining) =>
      answered(
        isTraining ? 'in training' : 'in prediction',
        {
          x: float([1, 1, 1, 2], [1, 5]),
          training: bool([], [Number(isTraining)]),
          scale: float([1], [2]),
          offset: float([1], [1]),
          mean: float([1], [1]),
          variance: float([1], [16]),
        },
        float([1, 1, 1, 2], isTraining ? [-1, 3] : [1, 3]),
      ),
    ),
  },
  operation('MaxPool with channels first', 'MaxPool', { x: 'FP32' }, window(2, 3, 'VALID'), 'FP32', [
    answered('the largest of each channel', { x: image }, float([1, 2, 1, 1], [6, 60])),
  ]),
  ...(['NHWC', 'NCHW'] as const).map((format) =>
    operation(
      `MaxPool of ${format} with explicit padding`,
      'MaxPool',
      { x: 'FP32' },
      {
        ...T,
        data_format: text(format),
        ksize: format === 'NHWC' ? integers(1, 1, 2, 1) : integers(1, 1, 1, 2),
        strides: ONES,
        padding: text('EXPLICIT'),
        explicit_paddings:
          format === 'NHWC' ? integers(0, 0, 0, 0, 1, 0, 0, 0) : integers(0, 0, 0, 0, 0, 0, 1, 0),
      },
      'FP32',
      [
        answered(
          'negative values, and none of the padding',
          { x: float(format === 'NHWC' ? [1, 1, 2, 1] : [1, 1, 1, 2], [-3, -5]) },
          float(format === 'NHWC' ? [1, 1, 2, 1] : [1, 1, 1, 2], [-3, -3]),
        ),
      ],
    ),
  ),
  operation('AvgPool with channels first', 'AvgPool', { x: 'FP32' }, window(2, 2, 'SAME'), 'FP32', [
    answered('means of the pixels that there are', { x: image }, float([1, 2, 1, 2], [3, 4.5, 30, 45])),
  ]),
  operation(
    'Conv2D with channels first',
    'Conv2D',
    { x: 'FP32', filter: 'FP32' },
    { ...FORMAT, strides: integers(1, 1, 1, 2), dilations: ONES, padding: text('VALID') },
    'FP32',
    [
      answered(
        'a column of two pixels, of both channels, at every other place',
        { x: image, filter: float([2, 1, 2, 1], [1, 0.1, 1, 0.1]) },
        float([1, 1, 1, 2], [10, 18]),
      ),
      answered(
        'two results are two channels',
        { x: float([1, 1, 1, 1], [3]), filter: float([1, 1, 1, 2], [2, 5]) },
        float([1, 2, 1, 1], [6, 15]),
      ),
      answered(
        'no images',
        { x: float([0, 1, 1, 1]), filter: float([1, 1, 1, 2], [2, 5]) },
        float([0, 2, 1, 1]),
      ),
    ],
  ),
  operation(
    'Conv2D with channels first and explicit padding',
    'Conv2D',
    { x: 'FP32', filter: 'FP32' },
    {
      ...FORMAT,
      strides: ONES,
      dilations: ONES,
      padding: text('EXPLICIT'),
      explicit_paddings: integers(0, 0, 0, 0, 0, 1, 2, 0),
    },
    'FP32',
    [
      answered(
        'a row below and two columns at the left',
        { x: float([1, 1, 1, 1], [3]), filter: float([1, 1, 1, 1], [2]) },
        float([1, 1, 2, 3], [0, 0, 6, 0, 0, 0]),
      ),
    ],
  ),
  operation(
    'DepthwiseConv2dNative with channels first',
    'DepthwiseConv2dNative',
    { x: 'FP32', filter: 'FP32' },
    { ...FORMAT, strides: ONES, dilations: ONES, padding: text('VALID') },
    'FP32',
    [
      answered(
        'each channel by itself, and two results of each',
        { x: float([1, 2, 1, 1], [3, 5]), filter: float([1, 1, 2, 2], [1, 2, 10, 20]) },
        float([1, 4, 1, 1], [3, 6, 50, 100]),
      ),
    ],
  ),
  operation(
    'Conv2DBackpropInput with channels first',
    'Conv2DBackpropInput',
    { sizes: 'INT32', filter: 'FP32', x: 'FP32' },
    { ...FORMAT, strides: integers(1, 1, 1, 2), dilations: ONES, padding: text('VALID') },
    'FP32',
    [
      answered(
        'twice as wide, of a size that the request says',
        {
          sizes: int([4], [1, 1, 1, 4]),
          filter: float([1, 2, 1, 1], [1, 10]),
          x: float([1, 1, 1, 2], [3, 5]),
        },
        float([1, 1, 1, 4], [3, 30, 5, 50]),
      ),
    ],
  ),
  operation(
    'FusedBatchNormV3 with channels first',
    'FusedBatchNormV3',
    { x: 'FP32', scale: 'FP32', offset: 'FP32', mean: 'FP32', variance: 'FP32' },
    { ...FORMAT, U: { type: 'DT_FLOAT' }, epsilon: { f: 0 }, is_training: flag(false) },
    'FP32',
    [
      answered(
        'each channel by its own numbers',
        {
          x: float([1, 2, 1, 2], [1, 3, 10, 30]),
          scale: float([2], [2, 1]),
          offset: float([2], [0, 5]),
          mean: float([2], [1, 10]),
          variance: float([2], [4, 16]),
        },
        float([1, 2, 1, 2], [0, 2, 5, 10]),
      ),
    ],
  ),
  operation(
    'Conv3DBackpropInputV2 with channels first',
    'Conv3DBackpropInputV2',
    { sizes: 'INT32', filter: 'FP32', x: 'FP32' },
    {
      ...T,
      data_format: text('NCDHW'),
      strides: integers(1, 1, 2, 1, 1),
      dilations: integers(1, 1, 1, 1, 1),
      padding: text('VALID'),
    },
    'FP32',
    [
      answered(
        'twice as deep',
        {
          sizes: int([5], [1, 1, 4, 1, 1]),
          filter: float([2, 1, 1, 1, 1], [1, 10]),
          x: float([1, 1, 2, 1, 1], [3, 5]),
        },
        float([1, 1, 4, 1, 1], [3, 30, 5, 50]),
      ),
      refused(
        'a size that no volume has',
        {
          sizes: int([5], [1, 1, 9, 1, 1]),
          filter: float([2, 1, 1, 1, 1], [1, 10]),
          x: float([1, 1, 2, 1, 1], [3, 5]),
        },
        /does not come from/,
      ),
    ],
  ),
  operation(
    'MaxPool3D with channels first',
    'MaxPool3D',
    { x: 'FP32' },
    {
      ...T,
      data_format: text('NCDHW'),
      ksize: integers(1, 1, 2, 1, 1),
      strides: integers(1, 1, 1, 1, 1),
      padding: text('VALID'),
    },
    'FP32',
    [
      answered(
        'over the depth',
        { x: float([1, 2, 2, 1, 2], [1, 8, 3, 4, 10, 80, 30, 40]) },
        float([1, 2, 1, 1, 2], [3, 8, 30, 80]),
      ),
    ],
  ),
];
