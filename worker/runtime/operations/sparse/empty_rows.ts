import { concat, engine, range, reshape, scalar, type Tensor } from '@tensorflow/tfjs-core';
import { chosenElements } from '../chosen_elements.ts';
import { inputOf, type Operation, operationName, refuse } from '../operation.ts';

/**
 * Gives each row without a value a default one. The kernel takes numbers, so that values of other types are counted, and
 * each number then becomes its value; the last number is that of the default.
 */
export const fillEmptyRows: Operation = (node) => {
  const [indices, values, denseShape, defaultValue] = [
    inputOf(node, 0),
    inputOf(node, 1),
    inputOf(node, 2),
    inputOf(node, 3),
  ];
  if (defaultValue.rank !== 0) refuse(node, `the default of shape [${defaultValue.shape}] is not a scalar`);
  const fill = (given: Tensor, otherwise: Tensor): Tensor[] =>
    engine().runKernel('SparseFillEmptyRows', {
      indices,
      values: given,
      denseShape,
      defaultValue: otherwise,
    });
  if (values.dtype === 'float32' || values.dtype === 'int32') return fill(values, defaultValue);
  const [places, numbers, ...others] = fill(range(0, values.size, 1, 'int32'), scalar(values.size, 'int32'));
  if (places === undefined || numbers === undefined) return refuse(node, 'its kernel gave no values');
  const all = concat([values, reshape(defaultValue, [1])], 0);
  const filled = chosenElements(operationName(node), all, Array.from(numbers.dataSync(), Number));
  return [places, filled, ...others];
};
