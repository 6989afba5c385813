import type { Graph, GraphNode } from '../graph/graph.ts';
import { computesFloats, hasControlInputs } from './attributes.ts';
import { perChannel } from './fold/derived_weight.ts';
import { type Activation, channelConstant, type Linear, linearNode, readLinear } from './fold/linear.ts';
import { GraphRewrite } from './graph_rewrite.ts';

/** TensorFlow's default slope of LeakyRelu. */
export const LEAKY_RELU_SLOPE = 0.2;

/** Fuses activations into the preceding convolution or product if tfjs's fused operations support them. */
export function fuseActivation(graph: Graph): Graph {
  const rewrite = new GraphRewrite(graph);
  for (const node of rewrite.nodes()) {
    if (hasControlInputs(node) || !computesFloats(node)) continue;
    const producer = rewrite.soleProducer(node.input[0]);
    const linear = producer && readLinear(rewrite, producer);
    if (producer === undefined || linear === undefined) continue;
    const activation = readActivation(rewrite, node, linear);
    if (activation === undefined) continue;
    rewrite.replace(linearNode(rewrite, node.name, linear, activation));
    rewrite.remove(producer.name);
  }
  return rewrite.finish();
}

function readActivation(rewrite: GraphRewrite, node: GraphNode, linear: Linear): Activation | undefined {
  switch (node.op) {
    case 'Relu':
    case 'Relu6':
    case 'Elu':
    case 'Sigmoid':
      return { op: node.op };
    case 'LeakyRelu':
      // tfjs does not read the slope of a fused depthwise convolution.
      if (linear.operation === 'DepthwiseConv2dNative') return undefined;
      return { op: node.op, slope: node.attr.alpha?.f ?? LEAKY_RELU_SLOPE };
    case 'Prelu': {
      const [, slopes] = node.input;
      const weight = channelConstant(rewrite, linear, slopes);
      if (slopes === undefined || weight === undefined) return undefined;
      const flat = weight.shape.length === 1 && weight.shape[0] === linear.channels;
      return {
        op: node.op,
        slopes: flat
          ? slopes
          : rewrite.addConstant(`${slopes}/per_channel`, perChannel(weight, linear.channels)),
      };
    }
    default:
      return undefined;
  }
}
