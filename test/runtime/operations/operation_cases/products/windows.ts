import {
  answered,
  float,
  type GateCase,
  integers,
  operation,
  refused,
  text,
} from '../../../gate/gate_cases/case.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

/** Values by arithmetic over the windows that TensorFlow documents. A stride may leave pixels out, and a dilation may lead outside. */
export const WINDOW_CASES: readonly GateCase[] = [
  operation(
    'Dilation2D',
    'Dilation2D',
    { x: 'FP32', filter: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      strides: integers(1, 1, 1, 1),
      rates: integers(1, 1, 1, 1),
      padding: text('SAME'),
    },
    'FP32',
    [
      answered(
        'the largest sum of a pixel and its weight',
        { x: float([1, 3, 3, 1], [1, 2, 3, 4, 5, 6, 7, 8, 9]), filter: float([2, 2, 1], [0, 10, 0, 0]) },
        float([1, 3, 3, 1], [12, 13, 6, 15, 16, 9, 18, 19, 9]),
      ),
      answered(
        'NaN is no larger than anything',
        { x: float([1, 1, 2, 1], [nan, 1]), filter: float([1, 1, 1], [0]) },
        float([1, 1, 2, 1], [-3.4028234663852886e38, 1]),
      ),
      answered(
        'minus infinity, below the lowest number',
        { x: float([1, 1, 1, 1], [-infinity]), filter: float([1, 1, 1], [0]) },
        float([1, 1, 1, 1], [-3.4028234663852886e38]),
      ),
      answered('no images', { x: float([0, 2, 2, 1]), filter: float([1, 1, 1], [0]) }, float([0, 2, 2, 1])),
      refused(
        'other channels',
        { x: float([1, 3, 3, 1], [1, 2, 3, 4, 5, 6, 7, 8, 9]), filter: float([1, 1, 2], [0, 0]) },
        /same depth/,
      ),
    ],
  ),
  operation(
    'Dilation2D of a window that lies outside of the image',
    'Dilation2D',
    { x: 'FP32', filter: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      strides: integers(1, 1, 1, 1),
      rates: integers(1, 2147483647, 2147483647, 1),
      padding: text('SAME'),
    },
    'FP32',
    [
      answered(
        'the lowest number, from which a maximum begins',
        { x: float([1, 2, 2, 1], [1, 2, 4, 5]), filter: float([2, 2, 1], [0, 0, 0, 0]) },
        float(
          [1, 2, 2, 1],
          [-3.4028234663852886e38, -3.4028234663852886e38, -3.4028234663852886e38, -3.4028234663852886e38],
        ),
      ),
    ],
  ),
  operation(
    'Dilation2D with strides and rates',
    'Dilation2D',
    { x: 'FP32', filter: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      strides: integers(1, 2, 2, 1),
      rates: integers(1, 2, 2, 1),
      padding: text('VALID'),
    },
    'FP32',
    [
      answered(
        'every other pixel',
        { x: float([1, 3, 3, 1], [1, 2, 3, 4, 5, 6, 7, 8, 9]), filter: float([2, 2, 1], [0, 0, 1, 1]) },
        float([1, 1, 1, 1], [10]),
      ),
    ],
  ),
  operation(
    'AvgPool of the pixels that there are',
    'AvgPool',
    { x: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      ksize: integers(1, 2, 2, 1),
      strides: integers(1, 2, 2, 1),
      padding: text('SAME'),
      data_format: text('NHWC'),
    },
    'FP32',
    [
      answered(
        'at the edge, of fewer',
        { x: float([1, 3, 3, 1], [1, 2, 3, 4, 5, 6, 7, 8, 9]) },
        float([1, 2, 2, 1], [3, 4.5, 7.5, 9]),
      ),
      answered('NaN and infinity', { x: float([1, 2, 2, 1], [nan, 1, 1, 1]) }, float([1, 1, 1, 1], [nan])),
      answered('no images', { x: float([0, 3, 3, 1]) }, float([0, 2, 2, 1])),
    ],
  ),
  operation(
    'AvgPool with strides beyond the window',
    'AvgPool',
    { x: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      ksize: integers(1, 1, 1, 1),
      strides: integers(1, 2, 2, 1),
      padding: text('VALID'),
      data_format: text('NHWC'),
    },
    'FP32',
    [
      answered(
        'every other pixel',
        { x: float([1, 3, 3, 1], [1, 2, 3, 4, 5, 6, 7, 8, 9]) },
        float([1, 2, 2, 1], [1, 3, 7, 9]),
      ),
    ],
  ),
  operation(
    'AvgPool3D of volumes',
    'AvgPool3D',
    { x: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      ksize: integers(1, 2, 2, 2, 1),
      strides: integers(1, 1, 1, 1, 1),
      padding: text('VALID'),
      data_format: text('NDHWC'),
    },
    'FP32',
    [
      answered(
        'of all eight',
        { x: float([1, 2, 2, 2, 1], [1, 2, 3, 4, 5, 6, 7, 8]) },
        float([1, 1, 1, 1, 1], [4.5]),
      ),
      answered(
        'two volumes',
        { x: float([2, 2, 2, 2, 1], [1, 2, 3, 4, 5, 6, 7, 8, -1, -2, -3, -4, -5, -6, -7, -8]) },
        float([2, 1, 1, 1, 1], [4.5, -4.5]),
      ),
    ],
  ),
  operation(
    'AvgPool3D at the edge',
    'AvgPool3D',
    { x: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      ksize: integers(1, 1, 1, 2, 1),
      strides: integers(1, 1, 1, 1, 1),
      padding: text('SAME'),
      data_format: text('NDHWC'),
    },
    'FP32',
    [answered('of fewer', { x: float([1, 1, 1, 3, 1], [1, 2, 3]) }, float([1, 1, 1, 3, 1], [1.5, 2.5, 3]))],
  ),
  operation(
    'MaxPool3D of volumes',
    'MaxPool3D',
    { x: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      ksize: integers(1, 2, 2, 2, 1),
      strides: integers(1, 1, 1, 1, 1),
      padding: text('VALID'),
      data_format: text('NDHWC'),
    },
    'FP32',
    [
      answered(
        'of all eight',
        { x: float([1, 2, 2, 2, 1], [1, 2, 3, 4, 5, 6, 7, 8]) },
        float([1, 1, 1, 1, 1], [8]),
      ),
      answered(
        'two volumes',
        { x: float([2, 2, 2, 2, 1], [1, 2, 3, 4, 5, 6, 7, 8, -1, -2, -3, -4, -5, -6, -7, -8]) },
        float([2, 1, 1, 1, 1], [8, -1]),
      ),
    ],
  ),
  operation(
    'MaxPool3D at the edge',
    'MaxPool3D',
    { x: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      ksize: integers(1, 1, 1, 2, 1),
      strides: integers(1, 1, 1, 1, 1),
      padding: text('SAME'),
      data_format: text('NDHWC'),
    },
    'FP32',
    [answered('of fewer', { x: float([1, 1, 1, 3, 1], [1, 2, 3]) }, float([1, 1, 1, 3, 1], [2, 3, 3]))],
  ),
];
