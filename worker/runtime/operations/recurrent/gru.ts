import {
  add,
  concat,
  matMul,
  mul,
  scalar,
  sigmoid,
  slice,
  sub,
  type Tensor,
  tanh,
} from '@tensorflow/tfjs-core';
import { inputOf, type Operation, refuse } from '../operation.ts';

/** One step of a GRU: the reset gate, the update gate, the candidate and the new state. */
export const gruBlockCell: Operation = (node) => {
  const [x, before, gateWeights, weights, gateBias, bias] = [0, 1, 2, 3, 4, 5].map((index) =>
    inputOf(node, index),
  );
  if (!x || !before || !gateWeights || !weights || !gateBias || !bias)
    return refuse(node, 'it lacks its inputs');
  const [rows = 0, size = 0] = before.shape;
  const inner = (x.shape[1] ?? 0) + size;
  if (
    x.rank !== 2 ||
    String(gateWeights.shape) !== `${inner},${2 * size}` ||
    String(weights.shape) !== `${inner},${size}`
  )
    refuse(
      node,
      `x of shape [${x.shape}] does not fit weights of shape [${gateWeights.shape}] and [${weights.shape}]`,
    );
  const gates = sigmoid(add(matMul(concat([x, before], 1), gateWeights), gateBias));
  const r: Tensor = slice(gates, [0, 0], [rows, size]);
  const u: Tensor = slice(gates, [0, size], [rows, size]);
  const c = tanh(add(matMul(concat([x, mul(before, r)], 1), weights), bias));
  return [r, u, c, add(mul(sub(scalar(1), u), c), mul(u, before))];
};
