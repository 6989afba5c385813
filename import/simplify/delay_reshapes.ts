import type { Graph, GraphNode } from '../graph/graph.ts';
import { hasChannelsLast, hasControlInputs, integersAttribute } from './attributes.ts';
import { type Linear, readLinear } from './fold/linear.ts';
import { GraphRewrite } from './graph_rewrite.ts';

const ACTIVATIONS: ReadonlySet<string> = new Set(['Relu', 'Relu6', 'Elu', 'LeakyRelu', 'Sigmoid']);
const CHANNEL_OPERATIONS: ReadonlySet<string> = new Set(['Add', 'AddV2', 'Mul', 'Sub']);

/**
 * Moves a squeeze or reshape between a convolution or product and its bias and activation behind these, so that they
 * can be fused. Keras computes a one-dimensional convolution as a two-dimensional one, and a dense layer on more than
 * two dimensions as a product between reshapes.
 */
export function delayReshapes(graph: Graph): Graph {
  const rewrite = new GraphRewrite(graph);
  for (const node of rewrite.nodes()) {
    const reshape = rewrite.soleProducer(node.input[0]);
    if (reshape === undefined || hasControlInputs(reshape) || hasControlInputs(node)) continue;
    if (reshape.op !== 'Reshape' && reshape.op !== 'Squeeze') continue;
    const producer = rewrite.soleProducer(reshape.input[0]);
    const linear = producer && readLinear(rewrite, producer);
    if (producer === undefined || linear === undefined || !mayChangePlaces(rewrite, reshape, node, linear))
      continue;
    // The two nodes also exchange names, so that readers of the second one get the same value.
    rewrite.replace({ ...node, name: reshape.name, input: [producer.name, ...node.input.slice(1)] });
    rewrite.replace({ ...reshape, name: node.name, input: [reshape.name, ...reshape.input.slice(1)] });
  }
  return rewrite.finish();
}

function mayChangePlaces(
  rewrite: GraphRewrite,
  reshape: GraphNode,
  { op, input, attr, name }: GraphNode,
  { operation, channels }: Linear,
): boolean {
  if (ACTIVATIONS.has(op)) return input.length === 1;
  const weight = rewrite.constant(input[1]);
  if (weight?.shape.length !== 1 || weight.shape[0] !== channels) return false;
  // A bias has one value per channel, so that the reshape keeps the last dimension.
  if (op === 'BiasAdd' && hasChannelsLast({ op, input, attr, name })) {
    return reshape.op === 'Reshape' || (operation !== 'MatMul' && squeezesOnlyPlaces(reshape));
  }
  return (
    CHANNEL_OPERATIONS.has(op) &&
    reshape.op === 'Squeeze' &&
    operation !== 'MatMul' &&
    squeezesOnlyPlaces(reshape)
  );
}

/** True if a squeeze removes only height or width, and neither the batch nor the channels. */
function squeezesOnlyPlaces(squeeze: GraphNode): boolean {
  const dimensions = integersAttribute(squeeze, 'axis') ?? integersAttribute(squeeze, 'squeeze_dims') ?? [];
  return dimensions.length > 0 && dimensions.every((axis) => [1, 2, -2, -3].includes(axis));
}
