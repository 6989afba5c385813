import {
  answered,
  answeredNearly,
  bool,
  float,
  type GateCase,
  operation,
} from '../../../gate/gate_cases/case.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

/** Values by IEEE 754 and by numpy, in the limits and for numbers near 0. */
export const EDGE_CASES: readonly GateCase[] = [
  operation('MulNoNan', 'MulNoNan', { a: 'FP32', b: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'FP32', [
    answered(
      '0 where the second one is 0',
      { a: float([4], [nan, infinity, 2, 1]), b: float([4], [0, 0, 3, nan]) },
      float([4], [0, 0, 6, nan]),
    ),
    answered(
      'broadcasting',
      { a: float([2, 1], [1, nan]), b: float([2], [0, 2]) },
      float([2, 2], [0, 2, 0, nan]),
    ),
  ]),
  operation('Xlog1py', 'Xlog1py', { a: 'FP32', b: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'FP32', [
    answered(
      '0 where the first one is 0',
      { a: float([4], [0, 0, 0, 1]), b: float([4], [nan, infinity, -1, -1]) },
      float([4], [0, 0, 0, -infinity]),
    ),
    answeredNearly(
      'broadcasting',
      { a: float([2, 1], [0, 2]), b: float([2], [0, 1]) },
      float([2, 2], [0, 0, 0, 1.3862944]),
    ),
    answered('nothing', { a: float([0]), b: float([], [1]) }, float([0])),
  ]),
  operation('Atan2', 'Atan2', { sine: 'FP32', cosine: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'FP32', [
    answeredNearly(
      'all quadrants',
      { sine: float([4], [1, 1, -1, -1]), cosine: float([4], [1, -1, 1, -1]) },
      float([4], [Math.PI / 4, (3 * Math.PI) / 4, -Math.PI / 4, -(3 * Math.PI) / 4]),
    ),
    answeredNearly(
      'on the axes, and infinities',
      {
        sine: float([6], [0, 0, 1, infinity, -infinity, nan]),
        cosine: float([6], [1, -1, 0, infinity, 1, 1]),
      },
      float([6], [0, Math.PI, Math.PI / 2, Math.PI / 4, -Math.PI / 2, nan]),
    ),
    answeredNearly(
      'broadcasting',
      { sine: float([2, 1], [1, -1]), cosine: float([1], [0]) },
      float([2, 1], [Math.PI / 2, -Math.PI / 2]),
    ),
  ]),
  operation('Cos of its limits', 'Cos', { x: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'FP32', [
    answeredNearly(
      'values',
      { x: float([5], [0, 1, -0.5, 3, 100]) },
      float([5], [1, 0.5403023, 0.87758255, -0.9899925, 0.8623189]),
    ),
    answered(
      'NaN and infinities',
      { x: float([3], [nan, infinity, -infinity]) },
      float([3], [nan, nan, nan]),
    ),
    answered('near 0', { x: float([2], [1e-8, -1e-30]) }, float([2], [1, 1])),
    answered('nothing', { x: float([0]) }, float([0])),
    answered('a scalar', { x: float([], [0]) }, float([], [1])),
  ]),
  operation('Sin of its limits', 'Sin', { x: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'FP32', [
    answeredNearly(
      'values',
      { x: float([5], [0, 1, -0.5, 3, 100]) },
      float([5], [0, 0.84147096, -0.47942555, 0.14112, -0.50636566]),
    ),
    answered(
      'NaN and infinities',
      { x: float([3], [nan, infinity, -infinity]) },
      float([3], [nan, nan, nan]),
    ),
    answered(
      'near 0',
      { x: float([2], [1e-8, -1e-30]) },
      float([2], [9.99999993922529e-9, -1.0000000031710769e-30]),
    ),
    answered('nothing', { x: float([0]) }, float([0])),
    answered('a scalar', { x: float([], [0]) }, float([], [0])),
  ]),
  operation('Expm1 of its limits', 'Expm1', { x: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'FP32', [
    answeredNearly(
      'values',
      { x: float([5], [0, 1, -0.5, 3, -100]) },
      float([5], [0, 1.7182819, -0.39346933, 19.085537, -1]),
    ),
    answered(
      'NaN and infinities',
      { x: float([3], [nan, infinity, -infinity]) },
      float([3], [nan, infinity, -1]),
    ),
    answered(
      'near 0',
      { x: float([2], [1e-8, -1e-30]) },
      float([2], [9.99999993922529e-9, -1.0000000031710769e-30]),
    ),
    answered('nothing', { x: float([0]) }, float([0])),
    answered('a scalar', { x: float([], [0]) }, float([], [0])),
  ]),
  operation('Log1p of its limits', 'Log1p', { x: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'FP32', [
    answeredNearly(
      'values',
      { x: float([5], [0, 1, -0.5, 3, 1000000]) },
      float([5], [0, Math.LN2, -Math.LN2, 1.3862944, 13.815512]),
    ),
    answered(
      'NaN and infinities',
      { x: float([3], [nan, infinity, -infinity]) },
      float([3], [nan, infinity, nan]),
    ),
    answered(
      'near 0',
      { x: float([2], [1e-8, -1e-30]) },
      float([2], [9.99999993922529e-9, -1.0000000031710769e-30]),
    ),
    answered('nothing', { x: float([0]) }, float([0])),
    answered('a scalar', { x: float([], [0]) }, float([], [0])),
  ]),
  operation(
    'ApproximateEqual',
    'ApproximateEqual',
    { a: 'FP32', b: 'FP32' },
    { T: { type: 'DT_FLOAT' }, tolerance: { f: 0.5 } },
    'BOOL',
    [
      answered(
        'below the tolerance',
        { a: float([3], [1, 1, 1]), b: float([3], [1.25, 1.5, 2]) },
        bool([3], [1, 0, 0]),
      ),
      answered(
        'NaN and infinities',
        { a: float([3], [nan, infinity, infinity]), b: float([3], [nan, infinity, 1]) },
        bool([3], [0, 0, 0]),
      ),
    ],
  ),
  operation('Prelu by channels', 'Prelu', { x: 'FP32', alpha: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'FP32', [
    answered(
      'slopes of negative numbers',
      { x: float([2, 2], [-1, 2, -3, -4]), alpha: float([2], [0.5, 2]) },
      float([2, 2], [-0.5, 2, -1.5, -8]),
    ),
    answered(
      'NaN and infinities',
      { x: float([1, 2], [nan, -infinity]), alpha: float([2], [0.5, 2]) },
      float([1, 2], [nan, -infinity]),
    ),
  ]),
];
