import { reshape, type Tensor, where } from '@tensorflow/tfjs-core';
import { ExecutionError } from '../loaded_model.ts';

/**
 * TensorFlow 1's Select. A list of conditions selects whole rows of the first dimension, but tfjs broadcasts it over
 * the last dimension, as SelectV2 does. Unlike TensorFlow, the selected tensors may broadcast, since the guessed
 * request of a warmup has a batch of one, whatever the graph's constants have.
 */
export function selectRows(condition: Tensor, t: Tensor, e: Tensor): Tensor {
  if (condition.rank === 0 || String(condition.shape) === String(t.shape)) return where(condition, t, e);
  if (condition.rank !== 1 || condition.shape[0] !== t.shape[0])
    throw new ExecutionError(
      `Select: a condition of shape [${condition.shape}] does not choose rows of [${t.shape}]`,
    );
  const rows = reshape(condition, [condition.size, ...t.shape.slice(1).map(() => 1)]);
  return where(rows, t, e);
}
