import type { GraphNode, NodeAttribute, Weight } from '../../graph/graph.ts';
import {
  computesFloats,
  hasChannelsLast,
  hasControlInputs,
  isDilated,
  isStrided,
  textsAttribute,
  textsValue,
} from '../attributes.ts';
import type { GraphRewrite } from '../graph_rewrite.ts';
import { zeros } from './derived_weight.ts';

/** Plain operations, with tfjs's fused operations that also add a bias and apply an activation. */
const FUSED = {
  Conv2D: '_FusedConv2D',
  DepthwiseConv2dNative: 'FusedDepthwiseConv2dNative',
  MatMul: '_FusedMatMul',
} as const;
type LinearOperation = keyof typeof FUSED;

const PLAIN = new Map<string, LinearOperation>([
  ['Conv2D', 'Conv2D'],
  ['_FusedConv2D', 'Conv2D'],
  ['DepthwiseConv2dNative', 'DepthwiseConv2dNative'],
  ['FusedDepthwiseConv2dNative', 'DepthwiseConv2dNative'],
  ['MatMul', 'MatMul'],
  ['_FusedMatMul', 'MatMul'],
]);

export interface Activation {
  /** TensorFlow's name of the operation. */
  readonly op: string;
  /** LeakyRelu's slope. */
  readonly slope?: number;
  /** Prelu's slopes: a constant with one value per channel. */
  readonly slopes?: string;
}

/** A convolution or a product with constant coefficients, and the bias of the same node. */
export interface Linear {
  readonly operation: LinearOperation;
  readonly input: string;
  /** The name of the constant with the coefficients, and its value. */
  readonly filter: string;
  readonly coefficients: Weight;
  /** The size of the result's last dimension. */
  readonly channels: number;
  /** The name of a constant with one value per channel. */
  readonly bias?: string;
  /** The node's own attributes, without those of the fusion. */
  readonly attr: Readonly<Record<string, NodeAttribute>>;
}

const FUSION_ATTRIBUTES: ReadonlySet<string> = new Set([
  'fused_ops',
  'num_args',
  'epsilon',
  'leakyrelu_alpha',
]);

/**
 * Reads a node as a linear operation. Returns undefined for other nodes, and for one into which nothing can be fused.
 */
export function readLinear(rewrite: GraphRewrite, node: GraphNode): Linear | undefined {
  const operation = PLAIN.get(node.op);
  if (operation === undefined || hasControlInputs(node) || !computesFloats(node) || !hasChannelsLast(node)) {
    return undefined;
  }
  // Only the plain operation is computed with both.
  if (isStrided(node) && isDilated(node)) return undefined;
  const [input, filter, bias] = node.input;
  const coefficients = rewrite.constant(filter);
  if (input === undefined || filter === undefined || coefficients?.dtype !== 'float32') return undefined;
  const channels = channelCount(operation, node, coefficients.shape);
  if (channels === undefined || channels === 0) return undefined;
  const attr = Object.fromEntries(Object.entries(node.attr).filter(([name]) => !FUSION_ATTRIBUTES.has(name)));
  const plain = { operation, input, filter, coefficients, channels, attr };
  if (node.op === operation) return node.input.length === 2 ? plain : undefined;
  // Nothing can be fused behind an activation.
  const [first, ...others] = textsAttribute(node, 'fused_ops');
  if (first !== 'BiasAdd' || others.length > 0 || node.input.length !== 3) return undefined;
  const biasWeight = rewrite.constant(bias);
  if (bias === undefined || biasWeight?.dtype !== 'float32') return undefined;
  if (biasWeight.shape.length !== 1 || biasWeight.shape[0] !== channels) return undefined;
  return { ...plain, bias };
}

function channelCount(
  operation: LinearOperation,
  { attr }: GraphNode,
  shape: readonly number[],
): number | undefined {
  const [first, second, third, last] = shape;
  if (operation === 'MatMul') {
    if (shape.length !== 2) return undefined;
    return attr.transpose_b?.b === true ? first : second;
  }
  if (shape.length !== 4 || third === undefined || last === undefined) return undefined;
  return operation === 'Conv2D' ? last : third * last;
}

/** Returns the node that computes a linear operation. It is the plain operation without bias and activation. */
export function linearNode(
  rewrite: GraphRewrite,
  name: string,
  linear: Linear,
  activation?: Activation,
): GraphNode {
  const { operation, input, filter, attr } = linear;
  if (linear.bias === undefined && activation === undefined) {
    return { name, op: operation, input: [input, filter], attr };
  }
  // tfjs applies an activation only after a bias.
  const bias = linear.bias ?? rewrite.addConstant(`${name}/bias`, zeros(linear.channels));
  const args = [bias, ...(activation?.slopes === undefined ? [] : [activation.slopes])];
  return {
    name,
    op: FUSED[operation],
    input: [input, filter, ...args],
    attr: {
      ...attr,
      fused_ops: textsValue(['BiasAdd', ...(activation === undefined ? [] : [activation.op])]),
      num_args: { i: String(args.length) },
      epsilon: { f: 0 },
      ...(activation?.slope === undefined ? {} : { leakyrelu_alpha: { f: activation.slope } }),
    },
  };
}

/** Returns a function from the index of a coefficient in row-major order to its channel. */
export function channelOf({ operation, coefficients, channels, attr }: Linear): (index: number) => number {
  const inner = coefficients.shape[1] ?? 1;
  return operation === 'MatMul' && attr.transpose_b?.b === true
    ? (index) => Math.floor(index / inner)
    : (index) => index % channels;
}

/**
 * Returns a constant that is added to or multiplied with every value of a channel: with one value per channel or one
 * for all. It must not have more dimensions than the result, which it would extend.
 */
export function channelConstant(
  rewrite: GraphRewrite,
  { operation, channels }: Linear,
  tensor: string | undefined,
): Weight | undefined {
  const weight = rewrite.constant(tensor);
  if (weight?.dtype !== 'float32' || weight.shape.length > (operation === 'MatMul' ? 2 : 4)) return undefined;
  const last = weight.shape.at(-1) ?? 1;
  const outer = weight.shape.slice(0, -1);
  return outer.every((size) => size === 1) && (last === channels || last === 1) ? weight : undefined;
}
