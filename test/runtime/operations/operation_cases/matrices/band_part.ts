import { answered, float, type GateCase, int, operation, refused } from '../../../gate/gate_cases/case.ts';

const square = float([3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
const band = (numLower: number, numUpper: number) => ({
  lower: int([], [numLower]),
  upper: int([], [numUpper]),
});

/** The values are those of the definition: (m, n) stays if m - n <= num_lower and n - m <= num_upper. */
export const MATRIX_CASES: readonly GateCase[] = [
  operation(
    'MatrixBandPart',
    'MatrixBandPart',
    { x: 'FP32', lower: 'INT32', upper: 'INT32' },
    { T: { type: 'DT_FLOAT' } },
    'FP32',
    [
      answered('the causal mask', { x: square, ...band(-1, 0) }, float([3, 3], [1, 0, 0, 4, 5, 0, 7, 8, 9])),
      answered(
        'the upper triangle',
        { x: square, ...band(0, -1) },
        float([3, 3], [1, 2, 3, 0, 5, 6, 0, 0, 9]),
      ),
      answered('the diagonal', { x: square, ...band(0, 0) }, float([3, 3], [1, 0, 0, 0, 5, 0, 0, 0, 9])),
      answered(
        'one diagonal below and all above',
        { x: square, ...band(1, -1) },
        float([3, 3], [1, 2, 3, 4, 5, 6, 0, 8, 9]),
      ),
      answered('everything', { x: square, ...band(-1, -1) }, square),
      answered(
        'a batch of wide matrices',
        { x: float([2, 1, 3], [1, 2, 3, 4, 5, 6]), ...band(0, 1) },
        float([2, 1, 3], [1, 2, 0, 4, 5, 0]),
      ),
      answered(
        'NaN and infinities, which are not multiplied by 0',
        { x: float([2, 2], [1, Number.NaN, Number.POSITIVE_INFINITY, 2]), ...band(0, 0) },
        float([2, 2], [1, 0, 0, 2]),
      ),
      answered('no matrices', { x: float([0, 2, 2]), ...band(-1, 0) }, float([0, 2, 2])),
      refused('more diagonals than rows', { x: square, ...band(4, 0) }, /num_lower of 4 is more than 3 rows/),
      refused('a list', { x: float([3], [1, 2, 3]), ...band(-1, 0) }, /is not a matrix/),
    ],
  ),
];
