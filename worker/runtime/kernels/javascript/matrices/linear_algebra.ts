import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { elementCount } from '../../../../model/tensor.ts';
import type { KernelCall } from '../../gate/kernel_call.ts';
import type { Output } from '../../gate/rule.ts';
import { makeOutput, type PlainKernel, valuesOf } from '../javascript_kernel.ts';
import {
  cholesky,
  decompose,
  determinant,
  logDeterminant,
  type Square,
  solve,
  solveTriangle,
} from './decomposition.ts';

/** Computes the values of one result from each matrix. */
function eachMatrix(
  backend: BackendWasm,
  call: KernelCall,
  output: Output | undefined,
  compute: (matrix: Square, size: number, index: number) => ArrayLike<number>,
): TensorInfo {
  const x = call.tensor('x');
  const size = x.shape.at(-1) ?? 0;
  const result = makeOutput(backend, output);
  const values = valuesOf(backend, x);
  const results = valuesOf(backend, result);
  const count = elementCount(x.shape.slice(0, -2));
  for (let index = 0; index < count; index++) {
    const matrix = Float64Array.from(values.subarray(index * size * size, (index + 1) * size * size));
    const computed = compute(call.flag('isAdjoint') ? transposed(matrix, size) : matrix, size, index);
    results.set(computed, index * computed.length);
  }
  return result;
}

function transposed(matrix: Square, size: number): Square {
  return matrix.map((_, index) => matrix[(index % size) * size + Math.floor(index / size)] ?? 0);
}

export const matrixDeterminant: PlainKernel = (backend, call, [output]) =>
  eachMatrix(backend, call, output, (matrix, size) => [determinant(decompose(matrix, size), size)]);

export const logMatrixDeterminant: PlainKernel = (backend, call, [signOutput, output]) => {
  const logarithms: number[] = [];
  const signs = eachMatrix(backend, call, signOutput, (matrix, size) => {
    const [sign, logarithm] = logDeterminant(decompose(matrix, size), size);
    logarithms.push(logarithm);
    return [sign];
  });
  const result = makeOutput(backend, output);
  valuesOf(backend, result).set(logarithms);
  return [signs, result];
};

export const matrixInverse: PlainKernel = (backend, call, [output]) =>
  eachMatrix(backend, call, output, (matrix, size) => {
    const unit = matrix.map((_, index) => (index % (size + 1) === 0 ? 1 : 0));
    return solve(regular(call, matrix, size), size, unit, size);
  });

function regular(call: KernelCall, matrix: Square, size: number) {
  const decomposition = decompose(matrix, size);
  return decomposition.isSingular ? call.refuse('a matrix has no inverse') : decomposition;
}

export const choleskyOfMatrix: PlainKernel = (backend, call, [output]) =>
  eachMatrix(
    backend,
    call,
    output,
    (matrix, size) => cholesky(matrix, size) ?? call.refuse('a matrix is not positive definite'),
  );

/** The right sides of one matrix. */
function rightSides(
  backend: BackendWasm,
  call: KernelCall,
  size: number,
  index: number,
): [Float64Array, number] {
  const right = call.tensor('right');
  const columns = right.shape.at(-1) ?? 0;
  const count = size * columns;
  return [Float64Array.from(valuesOf(backend, right).subarray(index * count, (index + 1) * count)), columns];
}

export const matrixSolve: PlainKernel = (backend, call, [output]) =>
  eachMatrix(backend, call, output, (matrix, size, index) => {
    const [right, columns] = rightSides(backend, call, size, index);
    return solve(regular(call, matrix, size), size, right, columns);
  });

export const matrixTriangularSolve: PlainKernel = (backend, call, [output]) =>
  eachMatrix(backend, call, output, (matrix, size, index) => {
    const [right, columns] = rightSides(backend, call, size, index);
    if (matrix.some((value, place) => place % (size + 1) === 0 && value === 0))
      call.refuse('a triangle with a zero on its diagonal has no inverse');
    // The other triangle is taken where the matrix was transposed.
    const isLower = call.flag('isLower') !== call.flag('isAdjoint');
    solveTriangle(matrix, size, right, columns, { isLower, isUnit: false });
    return right;
  });
