import {
  answered,
  answeredNearly,
  flag,
  float,
  type GateCase,
  operation,
} from '../../../gate/gate_cases/case.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

/** Values by the formulas of the documentation. */
export const SHARE_CASES: readonly GateCase[] = [
  operation(
    'LRN',
    'LRN',
    { x: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      depth_radius: { i: '1' },
      bias: { f: 0.0 },
      alpha: { f: 1.0 },
      beta: { f: 1.0 },
    },
    'FP32',
    [
      answeredNearly(
        'by the squares of the neighbors',
        { x: float([1, 1, 1, 4], [1, 2, 3, 4]) },
        float([1, 1, 1, 4], [0.2, 0.14285715, 0.10344828, 0.16]),
      ),
      answered('no images', { x: float([0, 1, 1, 4]) }, float([0, 1, 1, 4])),
    ],
  ),
  operation(
    'LRN with a bias and an exponent',
    'LRN',
    { x: 'FP32' },
    {
      T: { type: 'DT_FLOAT' },
      depth_radius: { i: '0' },
      bias: { f: 1.0 },
      alpha: { f: 3.0 },
      beta: { f: 0.5 },
    },
    'FP32',
    [
      answeredNearly(
        'by the square of itself',
        { x: float([1, 1, 1, 2], [1, 4]) },
        float([1, 1, 1, 2], [0.5, 0.5714286]),
      ),
    ],
  ),
  operation('LogSoftmax', 'LogSoftmax', { x: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'FP32', [
    answeredNearly(
      'logarithms of shares',
      { x: float([2, 2], [0, 1.0986123, 1000, 1000]) },
      float([2, 2], [-1.3862944, -0.2876821, -Math.LN2, -Math.LN2]),
    ),
    answered('far below the largest', { x: float([2], [0, -1000]) }, float([2], [0, -1000])),
    answeredNearly(
      'NaN reaches its row alone',
      { x: float([2, 2], [nan, 1, 1, 1]) },
      float([2, 2], [nan, nan, -Math.LN2, -Math.LN2]),
    ),
    answered('minus infinity', { x: float([2], [-infinity, 0]) }, float([2], [-infinity, 0])),
    answered('no rows', { x: float([0, 3]) }, float([0, 3])),
    answeredNearly(
      'five dimensions',
      { x: float([1, 1, 2, 1, 2], [0, 0, 0, 0]) },
      float([1, 1, 2, 1, 2], [-Math.LN2, -Math.LN2, -Math.LN2, -Math.LN2]),
    ),
  ]),
  operation('Softmax', 'Softmax', { x: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'FP32', [
    answeredNearly('shares', { x: float([1, 2], [0, 1.0986123]) }, float([1, 2], [0.25, 0.75])),
    answered('only minus infinity', { x: float([2], [-infinity, -infinity]) }, float([2], [nan, nan])),
    answered('infinity', { x: float([2], [infinity, 0]) }, float([2], [nan, nan])),
    answered('no rows', { x: float([0, 3]) }, float([0, 3])),
  ]),
  operation(
    'BatchNormWithGlobalNormalization without a scale',
    'BatchNormWithGlobalNormalization',
    { x: 'FP32', mean: 'FP32', variance: 'FP32', beta: 'FP32', gamma: 'FP32' },
    { T: { type: 'DT_FLOAT' }, variance_epsilon: { f: 0.75 }, scale_after_normalization: flag(false) },
    'FP32',
    [
      answered(
        'each channel by its own',
        {
          x: float([1, 1, 2, 2], [1, 2, 3, 6]),
          mean: float([2], [1, 2]),
          variance: float([2], [0.25, 3.25]),
          beta: float([2], [0.5, -1]),
          gamma: float([2], [1, 2]),
        },
        float([1, 1, 2, 2], [0.5, -1, 2.5, 1]),
      ),
    ],
  ),
  operation(
    'BatchNormWithGlobalNormalization with a scale',
    'BatchNormWithGlobalNormalization',
    { x: 'FP32', mean: 'FP32', variance: 'FP32', beta: 'FP32', gamma: 'FP32' },
    { T: { type: 'DT_FLOAT' }, variance_epsilon: { f: 0.75 }, scale_after_normalization: flag(true) },
    'FP32',
    [
      answered(
        'each channel by its own',
        {
          x: float([1, 1, 2, 2], [1, 2, 3, 6]),
          mean: float([2], [1, 2]),
          variance: float([2], [0.25, 3.25]),
          beta: float([2], [0.5, -1]),
          gamma: float([2], [1, 2]),
        },
        float([1, 1, 2, 2], [0.5, -1, 2.5, 3]),
      ),
    ],
  ),
];
