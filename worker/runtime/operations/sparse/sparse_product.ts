import { engine, gather, mul, reshape, slice, type Tensor, transpose } from '@tensorflow/tfjs-core';
import { computeIntegers, integerType } from '../integer_types.ts';
import { flagAttribute, inputOf, numbersInput, type Operation, refuse } from '../operation.ts';

/** The product of a sparse matrix and a dense one: its rows are sums of rows, each times a value. */
export const sparseProduct: Operation = (node) => {
  const [places, values, given] = [inputOf(node, 0), inputOf(node, 1), inputOf(node, 3)];
  const sizes = numbersInput(node, 2);
  const isTurned = flagAttribute(node, 'adjoint_a');
  const dense = flagAttribute(node, 'adjoint_b') ? transpose(given, [1, 0]) : given;
  const [count = 0, depth = 0] = places.shape;
  const [rows = 0, inner = 0] = isTurned ? sizes.toReversed() : sizes;
  if (places.rank !== 2 || depth !== 2 || sizes.length !== 2 || values.rank !== 1 || values.size !== count)
    refuse(node, `indices of shape [${places.shape}] and ${values.size} values are no matrix`);
  if (dense.rank !== 2 || dense.shape[0] !== inner)
    refuse(node, `matrices of [${rows},${inner}] and [${dense.shape}] have no product`);
  const column = (index: number): Tensor => reshape(slice(places, [0, index], [count, 1]), [count]);
  const [ofRow, ofColumn] = isTurned ? [1, 0] : [0, 1];
  return computeIntegers(integerType(node, 'T'), [dense, values], ([matrix = dense, factors = values]) =>
    engine().runKernel(
      'Segment',
      {
        data: mul(gather(matrix, column(ofColumn)), reshape(factors, [count, 1])),
        ids: column(ofRow),
      },
      { reduction: 'sum', count: rows },
    ),
  );
};
