import {
  answered,
  answeredNearly,
  flag,
  float,
  type GateCase,
  operation,
  refused,
} from '../../../gate/gate_cases/case.ts';

const T = { T: { type: 'DT_FLOAT' } };
const of = (op: string, attr: Readonly<Record<string, unknown>>, asked: GateCase['asked']): GateCase =>
  operation(`${op} ${Object.keys(attr).join()}`, op, { x: 'FP32' }, { ...T, ...attr }, 'FP32', asked);
const solved = (op: string, attr: Readonly<Record<string, unknown>>, asked: GateCase['asked']): GateCase =>
  operation(
    `${op} ${JSON.stringify(attr)}`,
    op,
    { x: 'FP32', right: 'FP32' },
    { ...T, ...attr },
    'FP32',
    asked,
  );

/** Output 0 is the sign, and output 1 the logarithm of the magnitude. */
const logDeterminant = (index: 0 | 1, asked: GateCase['asked']): GateCase =>
  operation(`LogMatrixDeterminant ${index}`, 'LogMatrixDeterminant', { x: 'FP32' }, T, 'FP32', asked, index);

/** A matrix whose first pivot is 0, and one whose inverse is exact in binary. */
const turned = float([2, 2], [0, 2, 1, 1]);
const pair = float([2, 2, 2], [0, 2, 1, 1, 4, 0, 0, 0.5]);
const triangle = float([2, 2], [2, 9, 4, 1]);

/** Values by arithmetic. */
export const LINEAR_ALGEBRA_CASES: readonly GateCase[] = [
  of('MatrixDeterminant', {}, [
    answered('two matrices', { x: pair }, float([2], [-2, 2])),
    answered('a singular one', { x: float([2, 2], [1, 2, 2, 4]) }, float([], [0])),
    answered('of no rows', { x: float([1, 0, 0]) }, float([1], [1])),
    refused('a matrix that is not square', { x: float([1, 2], [1, 2]) }, /is no square matrix/),
  ]),
  logDeterminant(0, [
    answered(
      'of rows in another order, of negative elements, and of both',
      { x: float([3, 2, 2], [0, 2, 1, 1, -3, 0, 0, 2, 0, 2, -1, 1]) },
      float([3], [-1, -1, 1]),
    ),
    answered('a singular one', { x: float([2, 2], [1, 2, 2, 4]) }, float([], [0])),
    answered('of no rows', { x: float([1, 0, 0]) }, float([1], [1])),
    answered('no matrices', { x: float([0, 2, 2]) }, float([0])),
    refused('a matrix that is not square', { x: float([1, 2], [1, 2]) }, /is no square matrix/),
  ]),
  logDeterminant(1, [
    answeredNearly('two logarithms', { x: pair }, float([2], [Math.LN2, Math.LN2])),
    answered('a singular one', { x: float([2, 2], [1, 2, 2, 4]) }, float([], [Number.NEGATIVE_INFINITY])),
    answered('of no rows', { x: float([1, 0, 0]) }, float([1], [0])),
    answeredNearly(
      'a determinant that no float can hold',
      { x: float([2, 2], [1e30, 0, 0, 1e30]) },
      float([], [60 * Math.LN10]),
    ),
  ]),
  of('MatrixInverse', {}, [
    answered('two matrices', { x: pair }, float([2, 2, 2], [-0.5, 1, 0.5, 0, 0.25, 0, 0, 2])),
    answered('no matrices', { x: float([0, 2, 2]) }, float([0, 2, 2])),
    refused('a singular one', { x: float([2, 2], [1, 2, 2, 4]) }, /MatrixInverse: a matrix has no inverse/),
  ]),
  of('MatrixInverse', { adjoint: flag(true) }, [
    answered('of the transposed matrix', { x: turned }, float([2, 2], [-0.5, 0.5, 1, 0])),
  ]),
  of('Cholesky', {}, [
    answered(
      'the lower triangle',
      { x: float([3, 3], [4, 2, 0, 2, 10, 6, 0, 6, 8]) },
      float([3, 3], [2, 0, 0, 1, 3, 0, 0, 2, 2]),
    ),
    refused(
      'not positive definite',
      { x: float([2, 2], [1, 2, 2, 1]) },
      /Cholesky: a matrix is not positive definite/,
    ),
  ]),
  solved('MatrixSolve', {}, [
    answered(
      'two right sides',
      { x: turned, right: float([2, 2], [2, 4, 3, 1]) },
      float([2, 2], [2, -1, 1, 2]),
    ),
    refused(
      'right sides that do not fit',
      { x: turned, right: float([1, 2], [2, 4]) },
      /do not fit matrices/,
    ),
  ]),
  solved('MatrixSolve', { adjoint: flag(true) }, [
    answered('of the transposed matrix', { x: turned, right: float([2, 1], [1, 3]) }, float([2, 1], [1, 1])),
  ]),
  solved('MatrixTriangularSolve', { lower: flag(true) }, [
    answered(
      'what is above does not count',
      { x: triangle, right: float([2, 1], [2, 7]) },
      float([2, 1], [1, 3]),
    ),
    refused('a zero', { x: float([1, 1], [0]), right: float([1, 1], [1]) }, /a zero on its diagonal/),
  ]),
  solved('MatrixTriangularSolve', { lower: flag(false) }, [
    answered(
      'what is below does not count',
      { x: triangle, right: float([2, 1], [13, 1]) },
      float([2, 1], [2, 1]),
    ),
  ]),
  solved('MatrixTriangularSolve', { lower: flag(true), adjoint: flag(true) }, [
    answered(
      'the lower one, transposed',
      { x: triangle, right: float([2, 1], [8, 1]) },
      float([2, 1], [2, 1]),
    ),
  ]),
];
