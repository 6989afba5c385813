import type { GraphNode, NodeAttribute, Weight } from '../../graph/graph.ts';
import {
  computesFloats,
  hasChannelsLast,
  hasControlInputs,
  textsAttribute,
  textsValue,
} from '../attributes.ts';
import type { GraphRewrite } from '../graph_rewrite.ts';
import { zeros } from './derived_weight.ts';

/** The plain operation, and the one of tfjs that also adds a bias and applies an activation. */
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
  /** By TensorFlow's name of the operation. */
  readonly op: string;
  /** LeakyRelu's slope. */
  readonly slope?: number;
  /** Prelu's slopes, a constant of one value per channel. */
  readonly slopes?: string;
}

/** A convolution or a product with constant coefficients, and the bias that follows it within the same node. */
export interface Linear {
  readonly operation: LinearOperation;
  readonly input: string;
  /** The name of the constant with the coefficients, and its value. */
  readonly filter: string;
  readonly coefficients: Weight;
  /** How many values there are in the last dimension of the result. */
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

/** The node as a linear operation; undefined where it is none, or one that nothing here can be merged into. */
export function readLinear(rewrite: GraphRewrite, node: GraphNode): Linear | undefined {
  const operation = PLAIN.get(node.op);
  if (operation === undefined || hasControlInputs(node) || !computesFloats(node) || !hasChannelsLast(node)) {
    return undefined;
  }
  const [input, filter, bias] = node.input;
  const coefficients = rewrite.constant(filter);
  if (input === undefined || filter === undefined || coefficients?.dtype !== 'float32') return undefined;
  const channels = channelCount(operation, node, coefficients.shape);
  if (channels === undefined || channels === 0) return undefined;
  const attr = Object.fromEntries(Object.entries(node.attr).filter(([name]) => !FUSION_ATTRIBUTES.has(name)));
  const plain = { operation, input, filter, coefficients, channels, attr };
  if (node.op === operation) return node.input.length === 2 ? plain : undefined;
  // One with an activation is finished: whatever comes after it stays where it is.
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

/** The node that computes this, a plain one where nothing follows the linear part. */
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
  // tfjs reads the activation behind a bias only.
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

/** Which channel the coefficient at this place in row-major order makes. */
export function channelOf({ operation, coefficients, channels, attr }: Linear): (index: number) => number {
  const inner = coefficients.shape[1] ?? 1;
  return operation === 'MatMul' && attr.transpose_b?.b === true
    ? (index) => Math.floor(index / inner)
    : (index) => index % channels;
}

/**
 * A constant that is added to or multiplied with every value of a channel, whatever its place: of one value per
 * channel or one for all, and of no more dimensions than the result, which it would widen.
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
