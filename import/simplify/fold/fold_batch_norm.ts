import type { Graph, GraphNode } from '../../graph/graph.ts';
import { GraphRewrite } from '../graph_rewrite.ts';
import { type Affine, affineInputs, mapped, readAffine } from './affine.ts';
import { derivedWeight } from './derived_weight.ts';
import { channelOf, type Linear, linearNode, readLinear } from './linear.ts';

/**
 * Folds batch norm, and any other scaling and shifting by constants, into the preceding convolution or product: (x * w
 * + b) * scale + shift = x * (w * scale) + (b * scale + shift).
 *
 * Quantized coefficients, and large ones that other nodes also read, are not changed: smaller files and a single copy
 * in memory are worth more than the saved operation.
 */
export function foldBatchNorm(graph: Graph): Graph {
  const rewrite = new GraphRewrite(graph);
  for (const node of rewrite.nodes()) {
    // Batch norm also returns statistics for training. If they are read, it stays.
    if (rewrite.isReadBeyondFirst(node.name)) continue;
    for (const input of affineInputs(node)) {
      const producer = rewrite.soleProducer(input);
      const linear = producer && readLinear(rewrite, producer);
      if (producer === undefined || linear === undefined) continue;
      const affine = readAffine(rewrite, node, input, linear);
      const folded = affine && fold(rewrite, node, linear, affine);
      if (folded === undefined) continue;
      rewrite.replace(folded);
      rewrite.remove(producer.name);
      break;
    }
  }
  return rewrite.finish();
}

function fold(
  rewrite: GraphRewrite,
  node: GraphNode,
  linear: Linear,
  { scale, shift }: Affine,
): GraphNode | undefined {
  const { coefficients, filter } = linear;
  if (scale !== undefined && coefficients.quantized !== undefined) return undefined;
  if (scale !== undefined && !rewrite.isReplaceable(filter, coefficients)) return undefined;
  const bias = linear.bias === undefined ? undefined : rewrite.constant(linear.bias);
  const scaledBias =
    bias === undefined || scale === undefined
      ? bias
      : mapped([bias, scale], (value = 0, factor = 0) => value * factor);
  const newBias =
    scaledBias === undefined || shift === undefined
      ? (scaledBias ?? shift)
      : mapped([scaledBias, shift], (value = 0, added = 0) => value + added);
  const changed: Linear = {
    ...linear,
    ...(scale === undefined
      ? {}
      : {
          filter: rewrite.addConstant(
            `${filter}/scaled`,
            derivedWeight(coefficients.shape, [coefficients, scale], scaleChannels(linear)),
          ),
        }),
    ...(newBias === undefined ? {} : { bias: rewrite.addConstant(`${node.name}/bias`, newBias) }),
  };
  return linearNode(rewrite, node.name, changed);
}

function scaleChannels(linear: Linear) {
  const channel = channelOf(linear);
  return (result: Float32Array, values: Float32Array = result, factors: Float32Array = result): void => {
    for (let index = 0; index < result.length; index++) {
      result[index] = (values[index] ?? 0) * (factors[channel(index)] ?? 0);
    }
  };
}
