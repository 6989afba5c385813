import { cast } from '../../../builder/elementwise.ts';
import { expandDimension, squeeze, transpose } from '../../../builder/shaping.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import type { Operated, OperationCall, Operations } from './call/operation_call.ts';

/** The square matrices that an operation is given first. */
function matrices(call: OperationCall): SymbolicTensor | undefined {
  const x = call.tensor(0, ['x', 'a', 'input', 'matrix']);
  return x === undefined || rank(x) < 2 ? undefined : cast(call.g, x, 'float32');
}

/** Equations of matrices; the right side may be a vector of each. */
function solved(call: OperationCall, op: string, attributes: Parameters<OperationCall['g']['node']>[3]) {
  const { g } = call;
  const [x, given] = [matrices(call), call.tensor(1, ['b', 'rhs'])];
  if (x === undefined || given === undefined) return undefined;
  const floats = cast(g, given, 'float32');
  const isVector = rank(floats) === rank(x) - 1;
  const right = isVector ? expandDimension(g, floats, -1) : floats;
  if (rank(right) !== rank(x)) return undefined;
  const found = g.node(op, [x, right], { shape: right.shape }, attributes);
  return isVector ? squeeze(g, found, [rank(found) - 1]) : found;
}

const ofMatrices =
  (op: string) =>
  (call: OperationCall): Operated | undefined => {
    const x = matrices(call);
    return x && call.g.node(op, [x], { shape: x.shape });
  };

/** Operations of square matrices. */
export const LINEAR_ALGEBRA: Operations = {
  cholesky: (call) => {
    const x = matrices(call);
    if (x === undefined) return undefined;
    const lower = call.g.node('Cholesky', [x], { shape: x.shape });
    const axes = [...x.shape.keys()];
    return call.flag(['upper'])
      ? transpose(call.g, lower, [...axes.slice(0, -2), rank(x) - 1, rank(x) - 2])
      : lower;
  },
  det: (call) => {
    const x = matrices(call);
    return x && call.g.node('MatrixDeterminant', [x], { shape: x.shape.slice(0, -2) });
  },
  inv: ofMatrices('MatrixInverse'),
  solve: (call) => solved(call, 'MatrixSolve', { adjoint: { b: false } }),
  solve_triangular: (call) =>
    solved(call, 'MatrixTriangularSolve', { lower: { b: call.flag(['lower']) }, adjoint: { b: false } }),
};
