import { reshape, type Tensor, where } from '@tensorflow/tfjs-core';
import { ExecutionError } from '../loaded_model.ts';

/**
 * TensorFlow 1's Select. A list of conditions chooses whole rows of the first dimension; tfjs stretches it over the
 * last one, as SelectV2 does. What is chosen may be stretched, where TensorFlow refuses: the guessed request of a warmup
 * has a batch of one, whatever the constants of the graph have.
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
