import { oneHot } from '../../../builder/creation.ts';
import { binary, cast, divide, multiply, select, unary } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { logSoftmax, reduce } from '../../../builder/reductions.ts';
import { dimension, gather } from '../../../builder/shaping.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { type OnnxTensor, typed } from '../../values/onnx_tensor.ts';

/** The logarithm of each element's probability for its label, and the labels' weights: both [batch, ...]. */
function ofLabels(
  g: NodeBuilder,
  logarithms: SymbolicTensor,
  labels: OnnxTensor,
  weights: SymbolicTensor | undefined,
  ignored: number | undefined,
): { readonly chosen: SymbolicTensor; readonly weight: SymbolicTensor } {
  const counts = ignored === undefined ? undefined : binary(g, 'NotEqual', labels, ignored);
  // A label that is ignored may be no class.
  const safe = counts === undefined ? labels : multiply(g, labels, cast(g, counts, 'int32'));
  const hot = oneHot(g, safe, dimension(g, logarithms, 1), { axis: 1 });
  const zero = g.scalar(0, 'float32');
  const picked = select(g, binary(g, 'Greater', hot, zero), logarithms, zero);
  const chosen = reduce(g, 'Sum', picked, [1]);
  const own = weights === undefined ? unary(g, 'OnesLike', chosen) : gather(g, weights, safe, 0);
  return { chosen, weight: counts === undefined ? own : multiply(g, own, cast(g, counts, 'float32')) };
}

/** Minus the weighted logarithms, as they are, summed, or as their mean by the weights. */
function loss(call: OperatorCall, logarithms: SymbolicTensor): SymbolicTensor {
  const { g, attributes, inputs } = call;
  const labels = input(call, 1);
  const { chosen, weight } = ofLabels(g, logarithms, labels, inputs[2], attributes.integer('ignore_index'));
  const losses = unary(g, 'Neg', multiply(g, chosen, weight));
  const reduction = attributes.choice('reduction', ['none', 'sum', 'mean'], 'mean');
  if (reduction === 'none') return losses;
  const sum = reduce(g, 'Sum', losses, [...losses.shape.keys()]);
  return reduction === 'sum' ? sum : divide(g, sum, reduce(g, 'Sum', weight, [...weight.shape.keys()]));
}

const negativeLogLikelihood: Operator = (call) => {
  const x = input(call, 0);
  return typed(loss(call, x), x.type);
};

const softmaxCrossEntropy: Operator = (call) => {
  const x = input(call, 0);
  const logarithms = logSoftmax(call.g, x, 1);
  const result = typed(loss(call, logarithms), x.type);
  return call.outputCount === 1 ? result : [result, typed(logarithms, x.type)];
};

export const LOSSES: OperatorTable = {
  NegativeLogLikelihoodLoss: negativeLogLikelihood,
  SoftmaxCrossEntropyLoss: softmaxCrossEntropy,
};
