import type { GraphNode } from '@tensorflow/tfjs-converter';
import { reshape, type Tensor, where } from '@tensorflow/tfjs-core';
import { elementCount } from '../../model/tensor.ts';
import { refuse } from './operation.ts';
import { broadcastShape, stretch } from './shapes.ts';

/** Chooses elements of `t` or `e`. All three tensors broadcast, to shapes without elements too. */
export function select(node: GraphNode, condition: Tensor, t: Tensor, e: Tensor): Tensor {
  const shape = broadcastShape(node, broadcastShape(node, condition.shape, t.shape), e.shape);
  return elementCount(shape) > 0
    ? where(condition, t, e)
    : where(stretch(condition, shape), stretch(t, shape), stretch(e, shape));
}

/**
 * TensorFlow 1's Select. A list of conditions selects whole rows of the first dimension, but tfjs broadcasts it over
 * the last dimension, as SelectV2 does. Unlike TensorFlow, the selected tensors may broadcast, since the guessed
 * request of a warmup has a batch of one, whatever the graph's constants have.
 */
export function selectRows(node: GraphNode, condition: Tensor, t: Tensor, e: Tensor): Tensor {
  if (condition.rank === 0 || String(condition.shape) === String(t.shape))
    return select(node, condition, t, e);
  if (condition.rank !== 1 || condition.shape[0] !== t.shape[0])
    refuse(node, `a condition of shape [${condition.shape}] does not choose rows of [${t.shape}]`);
  const rows = reshape(condition, [condition.size, ...t.shape.slice(1).map(() => 1)]);
  return select(node, rows, t, e);
}
