import {
  answered,
  answeredNearly,
  float,
  type GateCase,
  int,
  operation,
  refused,
  text,
} from '../../../gate/gate_cases/case.ts';

/** Values by the sampling that the documentation of tf.raw_ops.ImageProjectiveTransformV3 describes, over a row of three pixels. */
export const PROJECTION_CASES: readonly GateCase[] = [
  operation(
    'ImageProjectiveTransformV3 that fills by CONSTANT',
    'ImageProjectiveTransformV3',
    { x: 'FP32', transform: 'FP32', size: 'INT32', fill: 'FP32' },
    { dtype: { type: 'DT_FLOAT' }, interpolation: text('NEAREST'), fill_mode: text('CONSTANT') },
    'FP32',
    [
      answered(
        'pixels on both sides of the row',
        {
          x: float([1, 1, 3, 1], [1, 2, 3]),
          transform: float([1, 8], [1, 0, -2, 0, 1, 0, 0, 0]),
          size: int([2], [1, 7]),
          fill: float([], [9]),
        },
        float([1, 1, 7, 1], [9, 9, 1, 2, 3, 9, 9]),
      ),
    ],
  ),
  operation(
    'ImageProjectiveTransformV3 that fills by NEAREST',
    'ImageProjectiveTransformV3',
    { x: 'FP32', transform: 'FP32', size: 'INT32', fill: 'FP32' },
    { dtype: { type: 'DT_FLOAT' }, interpolation: text('NEAREST'), fill_mode: text('NEAREST') },
    'FP32',
    [
      answered(
        'pixels on both sides of the row',
        {
          x: float([1, 1, 3, 1], [1, 2, 3]),
          transform: float([1, 8], [1, 0, -2, 0, 1, 0, 0, 0]),
          size: int([2], [1, 7]),
          fill: float([], [9]),
        },
        float([1, 1, 7, 1], [1, 1, 1, 2, 3, 3, 3]),
      ),
    ],
  ),
  operation(
    'ImageProjectiveTransformV3 that fills by REFLECT',
    'ImageProjectiveTransformV3',
    { x: 'FP32', transform: 'FP32', size: 'INT32', fill: 'FP32' },
    { dtype: { type: 'DT_FLOAT' }, interpolation: text('NEAREST'), fill_mode: text('REFLECT') },
    'FP32',
    [
      answered(
        'pixels on both sides of the row',
        {
          x: float([1, 1, 3, 1], [1, 2, 3]),
          transform: float([1, 8], [1, 0, -2, 0, 1, 0, 0, 0]),
          size: int([2], [1, 7]),
          fill: float([], [9]),
        },
        float([1, 1, 7, 1], [2, 1, 1, 2, 3, 3, 2]),
      ),
    ],
  ),
  operation(
    'ImageProjectiveTransformV3 that fills by WRAP',
    'ImageProjectiveTransformV3',
    { x: 'FP32', transform: 'FP32', size: 'INT32', fill: 'FP32' },
    { dtype: { type: 'DT_FLOAT' }, interpolation: text('NEAREST'), fill_mode: text('WRAP') },
    'FP32',
    [
      answered(
        'pixels in front of the row',
        {
          x: float([1, 1, 3, 1], [1, 2, 3]),
          transform: float([1, 8], [1, 0, -2, 0, 1, 0, 0, 0]),
          size: int([2], [1, 5]),
          fill: float([], [9]),
        },
        float([1, 1, 5, 1], [3, 3, 1, 2, 3]),
      ),
    ],
  ),
  operation(
    'ImageProjectiveTransformV3, bilinear',
    'ImageProjectiveTransformV3',
    { x: 'FP32', transform: 'FP32', size: 'INT32', fill: 'FP32' },
    { dtype: { type: 'DT_FLOAT' }, interpolation: text('BILINEAR'), fill_mode: text('CONSTANT') },
    'FP32',
    [
      answered(
        'halves of neighbors, and of what is outside',
        {
          x: float([1, 1, 3, 1], [1, 2, 3]),
          transform: float([1, 8], [1, 0, -0.5, 0, 1, 0, 0, 0]),
          size: int([2], [1, 4]),
          fill: float([], [9]),
        },
        float([1, 1, 4, 1], [5, 1.5, 2.5, 6]),
      ),
      answered(
        'two images by one transform',
        {
          x: float([2, 1, 3, 1], [1, 2, 3, -1, -2, -3]),
          transform: float([1, 8], [1, 0, 0, 0, 1, 0, 0, 0]),
          size: int([2], [1, 3]),
          fill: float([], [0]),
        },
        float([2, 1, 3, 1], [1, 2, 3, -1, -2, -3]),
      ),
      answered(
        'a projection',
        {
          x: float([1, 1, 3, 1], [1, 2, 3]),
          transform: float([1, 8], [2, 0, 0, 0, 1, 0, 1, 0]),
          size: int([2], [1, 2]),
          fill: float([], [0]),
        },
        float([1, 1, 2, 1], [1, 2]),
      ),
      refused(
        'transforms of other images',
        {
          x: float([1, 1, 3, 1], [1, 2, 3]),
          transform: float([2, 8], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
          size: int([2], [1, 1]),
          fill: float([], [0]),
        },
        /batch x 8/,
      ),
    ],
  ),
  operation(
    'ImageProjectiveTransformV3 that reflects, bilinear',
    'ImageProjectiveTransformV3',
    { x: 'FP32', transform: 'FP32', size: 'INT32', fill: 'FP32' },
    { dtype: { type: 'DT_FLOAT' }, interpolation: text('BILINEAR'), fill_mode: text('REFLECT') },
    'FP32',
    [
      answered(
        'halves of neighbors that are reflected',
        {
          x: float([1, 1, 3, 1], [1, 2, 3]),
          transform: float([1, 8], [1, 0, -1.5, 0, 1, 0, 0, 0]),
          size: int([2], [1, 3]),
          fill: float([], [9]),
        },
        float([1, 1, 3, 1], [1.5, 1, 1.5]),
      ),
    ],
  ),
  operation(
    'ImageProjectiveTransformV2',
    'ImageProjectiveTransformV2',
    { x: 'FP32', transform: 'FP32', size: 'INT32' },
    { dtype: { type: 'DT_FLOAT' }, interpolation: text('NEAREST'), fill_mode: text('CONSTANT') },
    'FP32',
    [
      answered(
        'zeros outside',
        {
          x: float([1, 1, 3, 1], [1, 2, 3]),
          transform: float([1, 8], [1, 0, -1, 0, 1, 0, 0, 0]),
          size: int([2], [1, 5]),
        },
        float([1, 1, 5, 1], [0, 1, 2, 3, 0]),
      ),
    ],
  ),
  operation('HSVToRGB of colors', 'HSVToRGB', { x: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'FP32', [
    answeredNearly(
      'colors, each by its formula',
      { x: float([4, 3], [0, 0.5, 1, 0.3, 1, 0.5, 0.5, 0, 0.2, 0.9, 0.2, 0.7]) },
      float([4, 3], [1, 0.5, 0.5, 0.099999964, 0.5, 0, 0.2, 0.2, 0.2, 0.7, 0.56, 0.64400005]),
    ),
    answeredNearly('the end of the hues is red again', { x: float([3], [1, 1, 1]) }, float([3], [1, 0, 0])),
    answered('no pixels', { x: float([0, 3]) }, float([0, 3])),
    answeredNearly(
      'five dimensions',
      { x: float([1, 1, 1, 1, 3], [0, 0, 1]) },
      float([1, 1, 1, 1, 3], [1, 1, 1]),
    ),
  ]),
];
