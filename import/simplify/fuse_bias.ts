import type { Graph, GraphNode } from '../graph/graph.ts';
import { computesFloats, hasChannelsLast, hasControlInputs } from './attributes.ts';
import { perChannel } from './fold/derived_weight.ts';
import { channelConstant, linearNode, readLinear } from './fold/linear.ts';
import { GraphRewrite } from './graph_rewrite.ts';

/** Fuses the addition of a constant per channel into the preceding convolution or product. */
export function fuseBias(graph: Graph): Graph {
  const rewrite = new GraphRewrite(graph);
  for (const node of rewrite.nodes()) {
    for (const [sum, bias] of summands(node)) {
      const producer = rewrite.soleProducer(sum);
      const linear = producer && readLinear(rewrite, producer);
      if (linear === undefined || linear.bias !== undefined) continue;
      const weight = channelConstant(rewrite, linear, bias);
      if (weight === undefined) continue;
      const name =
        weight.shape.length === 1 && weight.shape[0] === linear.channels
          ? bias
          : rewrite.addConstant(`${bias}/per_channel`, perChannel(weight, linear.channels));
      rewrite.replace(linearNode(rewrite, node.name, { ...linear, bias: name }));
      if (producer !== undefined) rewrite.remove(producer.name);
      break;
    }
  }
  return rewrite.finish();
}

/** Returns the two summands of a node, in both orders. */
function summands(node: GraphNode): [sum: string, bias: string][] {
  const [left, right] = node.input;
  if (left === undefined || right === undefined || hasControlInputs(node) || !computesFloats(node)) return [];
  switch (node.op) {
    case 'BiasAdd':
      return hasChannelsLast(node) ? [[left, right]] : [];
    case 'Add':
    case 'AddV2':
      return [
        [left, right],
        [right, left],
      ];
    default:
      return [];
  }
}
