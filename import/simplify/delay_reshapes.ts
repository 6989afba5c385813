import type { Graph, GraphNode } from '../graph/graph.ts';
import { hasChannelsLast, hasControlInputs, integersAttribute } from './attributes.ts';
import { type Linear, readLinear } from './fold/linear.ts';
import { GraphRewrite } from './graph_rewrite.ts';
import { constantIntegers } from './shapes/constant_integers.ts';

const ACTIVATIONS: ReadonlySet<string> = new Set(['Relu', 'Relu6', 'Elu', 'LeakyRelu', 'Sigmoid']);
const CHANNEL_OPERATIONS: ReadonlySet<string> = new Set(['Add', 'AddV2', 'Mul', 'Sub']);
const COMMUTATIVE: ReadonlySet<string> = new Set(['Add', 'AddV2', 'Mul']);

/**
 * Moves a squeeze or reshape between a convolution or product and its bias and activation behind these, so that they
 * can be fused. Keras computes a one-dimensional convolution as a two-dimensional one, and a dense layer on more than
 * two dimensions as a product between reshapes.
 */
export async function delayReshapes(graph: Graph): Promise<Graph> {
  const rewrite = new GraphRewrite(graph);
  for (const given of rewrite.nodes()) {
    const node = withConstantLast(rewrite, given);
    const reshape = rewrite.soleProducer(node.input[0]);
    if (reshape === undefined || hasControlInputs(reshape) || hasControlInputs(node)) continue;
    if (reshape.op !== 'Reshape' && reshape.op !== 'Squeeze') continue;
    const producer = rewrite.soleProducer(reshape.input[0]);
    const linear = producer && readLinear(rewrite, producer);
    if (producer === undefined || linear === undefined) continue;
    if (!(await mayChangePlaces(rewrite, reshape, node, linear))) continue;
    // The two nodes also exchange names, so that readers of the second one get the same value.
    rewrite.replace({ ...node, name: reshape.name, input: [producer.name, ...node.input.slice(1)] });
    rewrite.replace({ ...reshape, name: node.name, input: [reshape.name, ...reshape.input.slice(1)] });
  }
  return rewrite.finish();
}

/** The operands the other way round, if the first is a constant and their order does not matter. */
function withConstantLast(rewrite: GraphRewrite, node: GraphNode): GraphNode {
  const [left, right] = node.input;
  const isFirst = COMMUTATIVE.has(node.op) && rewrite.constant(left) !== undefined;
  return isFirst && left !== undefined && right !== undefined ? { ...node, input: [right, left] } : node;
}

async function mayChangePlaces(
  rewrite: GraphRewrite,
  reshape: GraphNode,
  { op, input, attr, name }: GraphNode,
  { operation, channels }: Linear,
): Promise<boolean> {
  if (ACTIVATIONS.has(op)) return input.length === 1;
  const weight = rewrite.constant(input[1]);
  if (weight?.shape.length !== 1 || weight.shape[0] !== channels) return false;
  // A bias has one value per channel, so that the reshape keeps the last dimension.
  if (op === 'BiasAdd' && hasChannelsLast({ op, input, attr, name })) {
    return reshape.op === 'Reshape' || (operation !== 'MatMul' && squeezesOnlyPlaces(reshape));
  }
  if (!CHANNEL_OPERATIONS.has(op)) return false;
  return reshape.op === 'Squeeze'
    ? operation !== 'MatMul' && squeezesOnlyPlaces(reshape)
    : channels > 1 && (await lastSize(rewrite, reshape)) === channels;
}

/** The size of the last dimension that a reshape makes; undefined if a request decides it. */
async function lastSize(
  rewrite: GraphRewrite,
  { input: [, target] }: GraphNode,
): Promise<number | undefined> {
  const sizes = await constantIntegers(rewrite, target);
  if (sizes !== undefined) return sizes.at(-1);
  const pack = rewrite.producer(target);
  if (pack?.op !== 'Pack') return undefined;
  const [last] = (await constantIntegers(rewrite, pack.input.at(-1))) ?? [];
  return last;
}

/** True if a squeeze removes only height or width, and neither the batch nor the channels. */
function squeezesOnlyPlaces(squeeze: GraphNode): boolean {
  const dimensions = integersAttribute(squeeze, 'axis') ?? integersAttribute(squeeze, 'squeeze_dims') ?? [];
  return dimensions.length > 0 && dimensions.every((axis) => [1, 2, -2, -3].includes(axis));
}
