import { engine } from '@tensorflow/tfjs-core';
import { flagAttribute, inputOf, type Operations } from '../operation.ts';

/** In float64, and float32 outside. */
export const LINEAR_ALGEBRA: Operations = {
  Cholesky: (node) => engine().runKernel('Cholesky', { x: inputOf(node, 0) }),
  LogMatrixDeterminant: (node) => engine().runKernel('LogMatrixDeterminant', { x: inputOf(node, 0) }),
  MatrixDeterminant: (node) => engine().runKernel('MatrixDeterminant', { x: inputOf(node, 0) }),
  MatrixInverse: (node) =>
    engine().runKernel(
      'MatrixInverse',
      { x: inputOf(node, 0) },
      { isAdjoint: flagAttribute(node, 'adjoint') },
    ),
  MatrixSolve: (node) =>
    engine().runKernel(
      'MatrixSolve',
      { x: inputOf(node, 0), right: inputOf(node, 1) },
      { isAdjoint: flagAttribute(node, 'adjoint') },
    ),
  MatrixTriangularSolve: (node) =>
    engine().runKernel(
      'MatrixTriangularSolve',
      { x: inputOf(node, 0), right: inputOf(node, 1) },
      { isLower: flagAttribute(node, 'lower', true), isAdjoint: flagAttribute(node, 'adjoint') },
    ),
};
