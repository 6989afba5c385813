import type { GraphNode } from '@tensorflow/tfjs-converter';
import { engine, reshape, type Tensor } from '@tensorflow/tfjs-core';
import { elementCount } from '../../../model/tensor.ts';
import {
  inputOf,
  numberInput,
  numbersInput,
  type Operation,
  type Operations,
  operationName,
  refuse,
  textAttribute,
} from '../operation.ts';

/** Which diagonals, from one number or two. Version 2 of an operation aligns all of them at the left. */
function band(node: GraphNode, index: number): { lower: number; upper: number; align: string } {
  const align = textAttribute(node, 'align', operationName(node).endsWith('V2') ? 'LEFT_LEFT' : 'RIGHT_LEFT');
  if (node.inputs.length <= index) return { lower: 0, upper: 0, align };
  const [lower, upper = lower, ...more] = numbersInput(node, index);
  if (lower === undefined || upper === undefined || more.length > 0)
    return refuse(node, 'k is not one diagonal, or the lowest and the uppermost');
  return { lower, upper, align };
}

const numberOr = (node: GraphNode, index: number, otherwise: number): number =>
  node.inputs.length > index ? numberInput(node, index) : otherwise;

const matrixDiag: Operation = (node) =>
  engine().runKernel(
    'MatrixDiag',
    { diagonal: inputOf(node, 0) },
    {
      ...band(node, 1),
      rows: numberOr(node, 2, -1),
      columns: numberOr(node, 3, -1),
      padding: numberOr(node, 4, 0),
    },
  );

const matrixDiagPart: Operation = (node) =>
  engine().runKernel(
    'MatrixDiagPart',
    { x: inputOf(node, 0) },
    { ...band(node, 1), padding: numberOr(node, 2, 0) },
  );

const matrixSetDiag: Operation = (node) =>
  engine().runKernel('MatrixSetDiag', { x: inputOf(node, 0), diagonal: inputOf(node, 1) }, band(node, 2));

const MAIN = { lower: 0, upper: 0, align: 'LEFT_LEFT', padding: 0 };

/** A tensor of twice the rank, whose elements are where the two halves of an index are the same. */
const diag: Operation = (node) => {
  const x = inputOf(node, 0);
  const matrix = engine().runKernel<Tensor>(
    'MatrixDiag',
    { diagonal: reshape(x, [x.size]) },
    { ...MAIN, rows: -1, columns: -1 },
  );
  return reshape(matrix, [...x.shape, ...x.shape]);
};

const diagPart: Operation = (node) => {
  const x = inputOf(node, 0);
  const half = x.shape.slice(0, x.rank / 2);
  if (x.rank === 0 || x.rank % 2 === 1 || String(half) !== String(x.shape.slice(x.rank / 2)))
    refuse(node, `a tensor of shape [${x.shape}] is not twice of one shape`);
  const size = elementCount(half);
  return reshape(engine().runKernel<Tensor>('MatrixDiagPart', { x: reshape(x, [size, size]) }, MAIN), half);
};

export const DIAGONALS: Operations = {
  Diag: diag,
  DiagPart: diagPart,
  MatrixDiag: matrixDiag,
  MatrixDiagPart: matrixDiagPart,
  MatrixDiagPartV2: matrixDiagPart,
  MatrixDiagPartV3: matrixDiagPart,
  MatrixDiagV2: matrixDiag,
  MatrixDiagV3: matrixDiag,
  MatrixSetDiag: matrixSetDiag,
  MatrixSetDiagV2: matrixSetDiag,
  MatrixSetDiagV3: matrixSetDiag,
};
