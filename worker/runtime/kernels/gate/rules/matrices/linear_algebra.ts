import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelCall } from '../../kernel_call.ts';
import { gives, type Output, type Rule, type Rules } from '../../rule.ts';
import { isSameShape } from '../../shapes.ts';

/** A time of n * n * n; and what it is worked out with lies outside of the heap. */
const LARGEST = 1024;

function squares(call: KernelCall, name: string): TensorInfo {
  const matrices = call.tensor(name);
  call.expectDtype(matrices, name, 'float32');
  const [rows, columns] = matrices.shape.slice(-2);
  if (matrices.shape.length < 2 || rows !== columns)
    call.refuse(`${name} of shape [${matrices.shape}] is no square matrix`);
  if ((rows ?? 0) > LARGEST) call.refuse(`matrices of ${rows} rows are larger than ${LARGEST}`);
  return matrices;
}

const ofSameShape: Rule = (call) => gives(squares(call, 'x').shape, 'float32');

const determinant: Rule = (call) => {
  const { shape } = squares(call, 'x');
  // The determinant of a matrix without rows is 1.
  return shape.at(-1) === 0
    ? { ...gives(shape.slice(0, -2), 'float32'), fill: 1 }
    : gives(shape.slice(0, -2), 'float32');
};

const logDeterminant: Rule = (call) => {
  const { shape } = squares(call, 'x');
  // Matrices without rows have the sign 1 and the logarithm 0.
  const output: Output = { shape: shape.slice(0, -2), dtype: 'float32' };
  return { outputs: [output, output], takesEmpty: true };
};

/** As many right sides as there are matrices. */
const solution: Rule = (call) => {
  const matrices = squares(call, 'x');
  const right = call.tensor('right');
  call.expectDtype(right, 'right', 'float32');
  if (
    right.shape.length !== matrices.shape.length ||
    !isSameShape(right.shape.slice(0, -1), matrices.shape.slice(0, -1))
  )
    call.refuse(`right sides of shape [${right.shape}] do not fit matrices of shape [${matrices.shape}]`);
  if ((right.shape.at(-1) ?? 0) > LARGEST)
    call.refuse(`${right.shape.at(-1)} right sides are more than ${LARGEST}`);
  return gives(right.shape, 'float32');
};

export const LINEAR_ALGEBRA_RULES: Rules = {
  Cholesky: ofSameShape,
  LogMatrixDeterminant: logDeterminant,
  MatrixDeterminant: determinant,
  MatrixInverse: ofSameShape,
  MatrixSolve: solution,
  MatrixTriangularSolve: solution,
};
