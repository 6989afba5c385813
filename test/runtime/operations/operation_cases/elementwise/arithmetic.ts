import { answered, float, type GateCase, int, operation, refused } from '../../../gate/gate_cases/case.ts';

const [least, most] = [-(2 ** 31), 2 ** 31 - 1];
/** Exact in float32, and so small that the fourth term of a series is negligible. */
const small = 2 ** -10;
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

const ofIntegers = (op: string, values: readonly number[], results: readonly number[]): GateCase =>
  operation(`${op} of int32`, op, { x: 'INT32' }, { T: { type: 'DT_INT32' } }, 'INT32', [
    answered(
      'values beyond 2^24 and the extremes',
      { x: int([values.length], values) },
      int([results.length], results),
    ),
  ]);

const ofTwoIntegers = (
  op: string,
  [a, b, results]: readonly [a: readonly number[], b: readonly number[], results: readonly number[]],
  more: GateCase['asked'] = [],
): GateCase =>
  operation(`${op} of int32`, op, { a: 'INT32', b: 'INT32' }, { T: { type: 'DT_INT32' } }, 'INT32', [
    answered(
      'both signs, values beyond 2^24, and the least integer by -1, which wraps',
      { a: int([a.length], a), b: int([b.length], b) },
      int([results.length], results),
    ),
    ...more,
  ]);

const byZero = refused('a division by zero', { a: int([1], [1]), b: int([1], [0]) }, /divided by zero/);

const ofFloats = (op: string, values: readonly number[], results: readonly number[]): GateCase =>
  operation(`${op} of float32`, op, { x: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'FP32', [
    answered(
      'small values, NaN and infinities',
      { x: float([values.length], values.map(Math.fround)) },
      float([results.length], results.map(Math.fround)),
    ),
  ]);

/** Values by arithmetic. Series give the values of small arguments: log(1 + x) = x - x^2/2, sin x = x - x^3/6. */
export const ARITHMETIC_CASES: readonly GateCase[] = [
  ofIntegers('Abs', [-16777217, least, least + 1, most, 0], [16777217, least, most, most, 0]),
  ofIntegers('Neg', [-16777217, least, least + 1, most, 0], [16777217, least, most, least + 1, 0]),
  ofIntegers('Sign', [-16777217, least, most, 0], [-1, -1, 1, 0]),
  ofIntegers('Square', [4097, 65536, -46341], [16785409, 0, -2147479015]),
  ofTwoIntegers(
    'FloorDiv',
    [
      [7, -7, 7, most, most, least],
      [2, 2, -2, 7, -7, -1],
      [3, -4, -4, 306783378, -306783379, least],
    ],
    [byZero],
  ),
  ofTwoIntegers(
    'Div',
    [
      [7, -7, 7, most, most, least],
      [2, 2, -2, 7, -7, -1],
      [3, -3, -3, 306783378, -306783378, least],
    ],
    [byZero],
  ),
  ofTwoIntegers(
    'TruncateDiv',
    [
      [7, -7, 7, least],
      [2, 2, -2, -1],
      [3, -3, -3, least],
    ],
    [byZero],
  ),
  ofTwoIntegers(
    'FloorMod',
    [
      [7, -7, 7, -7, most, least],
      [3, 3, -3, -3, 16777217, -1],
      [1, 2, -2, -1, 16777088, 0],
    ],
    [byZero],
  ),
  ofTwoIntegers(
    'Mod',
    [
      [7, -7, 7, -7, most, least],
      [3, 3, -3, -3, 16777217, -1],
      [1, -1, 1, -1, 16777088, 0],
    ],
    [byZero],
  ),
  ofTwoIntegers(
    'TruncateMod',
    [
      [7, -7, least],
      [3, 3, -1],
      [1, -1, 0],
    ],
    [byZero],
  ),
  operation(
    'FloorMod of float32',
    'FloorMod',
    { a: 'FP32', b: 'FP32' },
    { T: { type: 'DT_FLOAT' } },
    'FP32',
    [
      answered(
        'both signs and quotients beyond 2^24',
        { a: float([4], [5.5, -5.5, 5.5, 2 ** 30]), b: float([4], [2, 2, -2, 3]) },
        float([4], [1.5, 0.5, -0.5, 1]),
      ),
    ],
  ),
  operation(
    'TruncateMod of float32',
    'TruncateMod',
    { a: 'FP32', b: 'FP32' },
    { T: { type: 'DT_FLOAT' } },
    'FP32',
    [
      answered(
        'both signs, and a divisor that is stretched',
        { a: float([3], [5.5, -5.5, nan]), b: float([], [2]) },
        float([3], [1.5, -1.5, nan]),
      ),
    ],
  ),
  ofFloats(
    'Log1p',
    [1e-8, -1e-8, small, 0, -1, infinity, nan],
    [1e-8, -1e-8, small - small ** 2 / 2 + small ** 3 / 3, 0, -infinity, infinity, nan],
  ),
  ofFloats(
    'Expm1',
    [1e-8, -1e-8, small, 0, -infinity, infinity, nan],
    [1e-8, -1e-8, small + small ** 2 / 2 + small ** 3 / 6, 0, -1, infinity, nan],
  ),
  ofFloats('Sign', [1e-30, -1e-30, 0, 3, -infinity, nan], [1, -1, 0, 1, -1, nan]),
  ofFloats('Sin', [1e-8, -1e-8, small, 0, infinity, nan], [1e-8, -1e-8, small - small ** 3 / 6, 0, nan, nan]),
  ofFloats('Cos', [1e-8, 0, infinity, nan], [1, 1, nan, nan]),
];
