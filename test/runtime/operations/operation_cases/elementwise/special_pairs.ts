import { answered, answeredNearly, float, type GateCase, operation } from '../../../gate/gate_cases/case.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

/** Values by scipy.special and numpy, which compute the functions of the documentation. */
export const SPECIAL_PAIR_CASES: readonly GateCase[] = [
  operation('Igamma', 'Igamma', { a: 'FP32', x: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'FP32', [
    answeredNearly(
      'shares below',
      { a: float([6], [0.5, 1, 2, 10, 100, 0.001]), x: float([6], [0.1, 1, 5, 3, 110, 0.0001]) },
      float([6], [0.34527916, 0.63212055, 0.9595723, 0.0011024881, 0.84172136, 0.9914031]),
    ),
    answeredNearly(
      'broadcasting',
      { a: float([2, 1], [1, 2]), x: float([3], [0, 1, infinity]) },
      float([2, 3], [0, 0.63212055, 1, 0, 0.26424113, 1]),
    ),
    answered(
      'outside of its domain',
      { a: float([5], [0, -1, 1, nan, 1]), x: float([5], [1, 1, -1, 1, nan]) },
      float([5], [nan, nan, nan, nan, nan]),
    ),
    answered('no values', { a: float([0]), x: float([], [1]) }, float([0])),
  ]),
  operation('Igammac', 'Igammac', { a: 'FP32', x: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'FP32', [
    answeredNearly(
      'shares above',
      { a: float([6], [0.5, 1, 2, 10, 100, 0.001]), x: float([6], [0.1, 1, 5, 3, 110, 0.0001]) },
      float([6], [0.65472084, 0.36787945, 0.04042768, 0.9988975, 0.15827867, 0.00859688]),
    ),
    answered('limits', { a: float([2], [2, 2]), x: float([2], [0, infinity]) }, float([2], [1, 0])),
    answered(
      'outside of its domain',
      { a: float([2], [0, 1]), x: float([2], [1, -1]) },
      float([2], [nan, nan]),
    ),
  ]),
  operation('Zeta', 'Zeta', { x: 'FP32', q: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'FP32', [
    answeredNearly(
      'sums of powers',
      { x: float([8], [2, 3, 1.5, 2, 3, 1, 0.5, 10]), q: float([8], [1, 1, 2, 0.25, -1.5, 1, 1, 30]) },
      float([8], [1.644934, 1.2020569, 1.6123754, 17.197329, 0.11810203, infinity, nan, 6.538711e-15]),
    ),
    answeredNearly(
      'far below 0',
      { x: float([2], [2, 3]), q: float([2], [-1000.5, -1000000.5]) },
      float([2], [9.868606, 0]),
    ),
    answered(
      'where a term is infinite',
      { x: float([2], [2, 3]), q: float([2], [0, -1]) },
      float([2], [infinity, nan]),
    ),
  ]),
  operation('Polygamma', 'Polygamma', { n: 'FP32', x: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'FP32', [
    answeredNearly(
      'derivatives of the digamma function',
      { n: float([7], [0, 1, 2, 3, 1, 1.5, -1]), x: float([7], [1, 1, 0.5, 2, -0.5, 1, 1]) },
      float([7], [-0.5772157, 1.644934, -16.828796, 0.4939394, 8.934802, nan, nan]),
    ),
  ]),
  operation('NextAfter', 'NextAfter', { from: 'FP32', to: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'FP32', [
    answered(
      'the next number',
      { from: float([4], [1, 1, -1, -1]), to: float([4], [2, 0, 0, -2]) },
      float([4], [1.0000001192092896, 0.9999999403953552, -0.9999999403953552, -1.0000001192092896]),
    ),
    answered(
      'around 0, and at the end',
      { from: float([4], [0, 0, 3.4028235e38, infinity]), to: float([4], [1, -1, infinity, 0]) },
      float([4], [1.401298464324817e-45, -1.401298464324817e-45, infinity, 3.4028234663852886e38]),
    ),
    answered(
      'equal numbers and NaN',
      { from: float([3], [5, nan, 1]), to: float([3], [5, 1, nan]) },
      float([3], [5, nan, nan]),
    ),
  ]),
  operation('Betainc', 'Betainc', { a: 'FP32', b: 'FP32', x: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'FP32', [
    answeredNearly(
      'shares below',
      {
        a: float([6], [1, 2, 0.5, 5, 10, 1]),
        b: float([6], [1, 3, 0.5, 1, 20, 1]),
        x: float([6], [0.3, 0.5, 0.1, 0.9, 0.3, 0]),
      },
      float([6], [0.3, 0.6875, 0.20483276, 0.5904899, 0.3640042, 0]),
    ),
    answeredNearly(
      'scalars broadcast',
      { a: float([], [2]), b: float([], [2]), x: float([3], [0, 0.5, 1]) },
      float([3], [0, 0.5, 1]),
    ),
    answered(
      'outside of its domain',
      { a: float([3], [0, 1, 1]), b: float([3], [1, -1, 1]), x: float([3], [0.5, 0.5, 2]) },
      float([3], [nan, nan, nan]),
    ),
  ]),
  operation('BesselI0', 'BesselI0', { x: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'FP32', [
    answeredNearly(
      'values',
      { x: float([4], [0, 0.5, -1, 3]) },
      float([4], [1, 1.0634834, 1.2660658, 4.8807926]),
    ),
    answered('NaN', { x: float([1], [nan]) }, float([1], [nan])),
  ]),
  operation('BesselI0e', 'BesselI0e', { x: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'FP32', [
    answeredNearly(
      'values',
      { x: float([6], [0, 0.5, -1, 3, -8, 20]) },
      float([6], [1, 0.64503527, 0.4657596, 0.24300036, 0.14343178, 0.08978031]),
    ),
    answered('NaN', { x: float([1], [nan]) }, float([1], [nan])),
    answeredNearly(
      'large arguments',
      { x: float([2], [10000, -1000000]) },
      float([2], [0.0039894725, 0.00039894233]),
    ),
  ]),
  operation('BesselI1', 'BesselI1', { x: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'FP32', [
    answeredNearly(
      'values',
      { x: float([4], [0, 0.5, -1, 3]) },
      float([4], [0, 0.2578943, -0.5651591, 3.9533703]),
    ),
    answered('NaN', { x: float([1], [nan]) }, float([1], [nan])),
  ]),
  operation('BesselI1e', 'BesselI1e', { x: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'FP32', [
    answeredNearly(
      'values',
      { x: float([6], [0, 0.5, -1, 3, -8, 20]) },
      float([6], [0, 0.1564208, -0.20791042, 0.19682671, -0.13414249, 0.08750622]),
    ),
    answered('NaN', { x: float([1], [nan]) }, float([1], [nan])),
    answeredNearly(
      'large arguments',
      { x: float([2], [10000, -1000000]) },
      float([2], [0.003989273, -0.00039894212]),
    ),
  ]),
];
