import {
  answered,
  float,
  type GateCase,
  integers,
  operation,
  refused,
  text,
  texts,
} from '../../../gate/gate_cases/case.ts';

/** Values by arithmetic: each result is the sum of pixels times their weights. */
export const CONVOLUTION_CASES: readonly GateCase[] = [
  operation(
    'Conv3D with strides and dilations',
    'Conv3D',
    { x: 'FP32', filter: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      strides: integers(1, 2, 1, 1, 1),
      dilations: integers(1, 3, 1, 1, 1),
      padding: text('VALID'),
      data_format: text('NDHWC'),
    },
    'FP32',
    [
      answered(
        'pairs that are three apart, at every other place',
        { x: float([1, 6, 1, 1, 1], [1, 2, 3, 4, 5, 6]), filter: float([2, 1, 1, 1, 1], [1, 10]) },
        float([1, 2, 1, 1, 1], [41, 63]),
      ),
      answered(
        'no volumes',
        { x: float([0, 6, 1, 1, 1]), filter: float([2, 1, 1, 1, 1], [1, 10]) },
        float([0, 2, 1, 1, 1]),
      ),
    ],
  ),
  operation(
    'Conv3D with strides',
    'Conv3D',
    { x: 'FP32', filter: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      strides: integers(1, 2, 1, 1, 1),
      dilations: integers(1, 1, 1, 1, 1),
      padding: text('SAME'),
      data_format: text('NDHWC'),
    },
    'FP32',
    [
      answered(
        'neighbors',
        { x: float([1, 6, 1, 1, 1], [1, 2, 3, 4, 5, 6]), filter: float([2, 1, 1, 1, 1], [1, 10]) },
        float([1, 3, 1, 1, 1], [21, 43, 65]),
      ),
      answered(
        'of two channels',
        {
          x: float([1, 6, 1, 1, 2], [1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6]),
          filter: float([2, 1, 1, 2, 1], [1, 1, 10, 10]),
        },
        float([1, 3, 1, 1, 1], [0, 0, 0]),
      ),
    ],
  ),
  operation(
    'DepthwiseConv2dNative with strides and dilations',
    'DepthwiseConv2dNative',
    { x: 'FP32', filter: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      strides: integers(1, 2, 1, 1),
      dilations: integers(1, 3, 1, 1),
      padding: text('VALID'),
      data_format: text('NHWC'),
    },
    'FP32',
    [
      answered(
        'pairs that are three apart, at every other place',
        {
          x: float([1, 6, 1, 2], [1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60]),
          filter: float([2, 1, 2, 1], [1, 2, 10, 20]),
        },
        float([1, 2, 1, 2], [41, 820, 63, 1260]),
      ),
      answered(
        'two results of each channel',
        {
          x: float([1, 6, 1, 2], [1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60]),
          filter: float([2, 1, 2, 2], [1, -1, 2, -2, 10, -10, 20, -20]),
        },
        float([1, 2, 1, 4], [41, -41, 820, -820, 63, -63, 1260, -1260]),
      ),
    ],
  ),
  operation(
    'DepthwiseConv2dNative with explicit padding',
    'DepthwiseConv2dNative',
    { x: 'FP32', filter: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      strides: integers(1, 1, 1, 1),
      dilations: integers(1, 1, 1, 1),
      padding: text('EXPLICIT'),
      data_format: text('NHWC'),
      explicit_paddings: integers(0, 0, 1, 0, 0, 0, 0, 0),
    },
    'FP32',
    [
      answered(
        'zeros before the first row',
        { x: float([1, 2, 1, 2], [1, 10, 2, 20]), filter: float([2, 1, 2, 1], [1, 2, 10, 20]) },
        float([1, 2, 1, 2], [10, 200, 21, 420]),
      ),
    ],
  ),
  operation(
    'Conv2D in groups',
    'Conv2D',
    { x: 'FP32', filter: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      strides: integers(1, 1, 1, 1),
      dilations: integers(1, 1, 1, 1),
      padding: text('VALID'),
      data_format: text('NHWC'),
    },
    'FP32',
    [
      answered(
        'each channel has a filter of its own',
        { x: float([1, 2, 1, 2], [1, 10, 2, 20]), filter: float([1, 1, 1, 2], [3, 5]) },
        float([1, 2, 1, 2], [3, 50, 6, 100]),
      ),
      answered(
        'two filters for each channel',
        { x: float([1, 1, 1, 2], [1, 10]), filter: float([1, 1, 1, 4], [1, 2, 3, 4]) },
        float([1, 1, 1, 4], [1, 2, 30, 40]),
      ),
      refused(
        'filters that are not the same number for each group',
        { x: float([1, 1, 1, 2], [1, 10]), filter: float([1, 1, 1, 3], [1, 2, 3]) },
        /different numbers of channels/,
      ),
    ],
  ),
  operation(
    '_FusedConv2D in groups',
    '_FusedConv2D',
    { x: 'FP32', filter: 'FP32', bias: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      strides: integers(1, 1, 1, 1),
      dilations: integers(1, 1, 1, 1),
      padding: text('VALID'),
      data_format: text('NHWC'),
      fused_ops: texts('BiasAdd'),
      num_args: { i: '1' },
      leakyrelu_alpha: { f: 0.5 },
    },
    'FP32',
    [
      answered(
        'each channel has a filter and a bias of its own',
        {
          x: float([1, 2, 1, 2], [1, 10, 2, 20]),
          filter: float([1, 1, 1, 2], [3, 5]),
          bias: float([2], [1, -60]),
        },
        float([1, 2, 1, 2], [4, -10, 7, 40]),
      ),
    ],
  ),
  operation(
    '_FusedConv2D in groups with an activation',
    '_FusedConv2D',
    { x: 'FP32', filter: 'FP32', bias: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      strides: integers(1, 1, 1, 1),
      dilations: integers(1, 1, 1, 1),
      padding: text('VALID'),
      data_format: text('NHWC'),
      fused_ops: texts('BiasAdd', 'LeakyRelu'),
      num_args: { i: '1' },
      leakyrelu_alpha: { f: 0.5 },
    },
    'FP32',
    [
      answered(
        'negative results times the slope',
        {
          x: float([1, 2, 1, 2], [1, 10, 2, 20]),
          filter: float([1, 1, 1, 2], [3, 5]),
          bias: float([2], [1, -60]),
        },
        float([1, 2, 1, 2], [4, -5, 7, 40]),
      ),
    ],
  ),
  operation(
    '_FusedConv2D without dilations',
    '_FusedConv2D',
    { x: 'FP32', filter: 'FP32', bias: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      strides: integers(1, 2, 1, 1),
      padding: text('VALID'),
      data_format: text('NHWC'),
      fused_ops: texts('BiasAdd'),
      num_args: { i: '1' },
      leakyrelu_alpha: { f: 0.5 },
    },
    'FP32',
    [
      answered(
        'every other place',
        {
          x: float([1, 6, 1, 1], [1, 2, 3, 4, 5, 6]),
          filter: float([1, 1, 1, 1], [2]),
          bias: float([1], [1]),
        },
        float([1, 3, 1, 1], [3, 7, 11]),
      ),
    ],
  ),
  operation(
    '_FusedConv2D with strides and dilations',
    '_FusedConv2D',
    { x: 'FP32', filter: 'FP32', bias: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      strides: integers(1, 2, 1, 1),
      dilations: integers(1, 3, 1, 1),
      padding: text('VALID'),
      data_format: text('NHWC'),
      fused_ops: texts('BiasAdd', 'Relu'),
      num_args: { i: '1' },
      leakyrelu_alpha: { f: 0.5 },
    },
    'FP32',
    [
      answered(
        'pairs that are three apart, at every other place',
        {
          x: float([1, 6, 1, 1], [1, 2, 3, 4, 5, 6]),
          filter: float([2, 1, 1, 1], [1, 10]),
          bias: float([1], [-50]),
        },
        float([1, 2, 1, 1], [0, 13]),
      ),
    ],
  ),
];
