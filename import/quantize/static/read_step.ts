import type { GraphNode, Weight } from '../../graph/graph.ts';
import { nodeName } from '../../graph/graph_topology.ts';
import {
  computesFloats,
  hasChannelsLast,
  hasControlInputs,
  isDilated,
  isStrided,
  textsAttribute,
} from '../../simplify/attributes.ts';
import type { GraphRewrite } from '../../simplify/graph_rewrite.ts';
import type { Activation } from './byte_codes.ts';

interface Common {
  readonly node: GraphNode;
  /** The nodes whose first outputs the step takes as floats, and later as bytes. */
  readonly inputs: readonly string[];
}

/** A convolution with a constant filter, a bias and an activation. */
export interface Convolution extends Common {
  readonly kind: 'convolution';
  readonly operation: 'Conv2D' | 'DepthwiseConv2dNative';
  readonly filter: Weight;
  readonly bias: Weight | undefined;
  readonly channels: number;
  readonly activation: Activation;
}

/** A node that can be computed with bytes. */
export type Step =
  | Convolution
  /** A sum of two tensors of one shape. */
  | (Common & { readonly kind: 'sum' })
  /** A bound of each element. */
  | (Common & { readonly kind: 'activation'; readonly activation: Exclude<Activation, 'none'> })
  /** Averages of windows, which have the codes of the input. */
  | (Common & { readonly kind: 'average' })
  /** A mean over axes, which is made of bytes and gives floats. */
  | (Common & { readonly kind: 'mean' })
  /** Zeros around a tensor. */
  | (Common & { readonly kind: 'padding' })
  /** Elements that are moved, chosen or repeated, and not changed. */
  | (Common & { readonly kind: 'movement' })
  /** Tensors one behind the other. The last input of the node is the axis. */
  | (Common & { readonly kind: 'concatenation' });

const CONVOLUTIONS: ReadonlyMap<string, Convolution['operation']> = new Map([
  ['Conv2D', 'Conv2D'],
  ['_FusedConv2D', 'Conv2D'],
  ['DepthwiseConv2dNative', 'DepthwiseConv2dNative'],
  ['FusedDepthwiseConv2dNative', 'DepthwiseConv2dNative'],
] as const);

const ACTIVATIONS: ReadonlyMap<string, Exclude<Activation, 'none'>> = new Map([
  ['Relu', 'relu'],
  ['Relu6', 'relu6'],
] as const);

/** Their first input has the elements; others, if any, are constants that say which. */
const MOVEMENTS: ReadonlySet<string> = new Set([
  'DepthToSpace',
  'ExpandDims',
  'Identity',
  'MaxPool',
  'MirrorPad',
  'Reshape',
  'ResizeNearestNeighbor',
  'Slice',
  'SpaceToDepth',
  'Squeeze',
  'StridedSlice',
  'Transpose',
]);

/** Returns how a node can be computed with bytes, or why a convolution cannot, or undefined for other nodes. */
export function readStep(
  rewrite: GraphRewrite,
  node: GraphNode,
): Step | { readonly reason: string } | undefined {
  // A request may feed any node, and a later output has no codes.
  if (rewrite.producer(node.name) === undefined || rewrite.isReadBeyondFirst(node.name)) return undefined;
  const operation = CONVOLUTIONS.get(node.op);
  if (operation !== undefined) return readConvolution(rewrite, node, operation);
  if (hasControlInputs(node) || !computesFloats(node)) return undefined;
  const [first, second] = node.input;
  const x = firstOutput(rewrite, first);
  if (x === undefined) return undefined;
  const one = { node, inputs: [x] };
  const activation = ACTIVATIONS.get(node.op);
  if (activation !== undefined) return { ...one, kind: 'activation', activation };
  switch (node.op) {
    case 'Add':
    case 'AddV2': {
      const other = firstOutput(rewrite, second);
      return other === undefined || other === x ? undefined : { kind: 'sum', node, inputs: [x, other] };
    }
    case 'AvgPool':
      return hasChannelsLast(node) ? { ...one, kind: 'average' } : undefined;
    case 'Mean':
      return { ...one, kind: 'mean' };
    case 'Pad':
      return { ...one, kind: 'padding' };
    case 'ConcatV2': {
      const inputs = node.input.slice(0, -1).map((tensor) => firstOutput(rewrite, tensor));
      const known = inputs.filter((input) => input !== undefined);
      return known.length < inputs.length ? undefined : { kind: 'concatenation', node, inputs: known };
    }
    default:
      return MOVEMENTS.has(node.op) ? { ...one, kind: 'movement' } : undefined;
  }
}

function readConvolution(
  rewrite: GraphRewrite,
  node: GraphNode,
  operation: Convolution['operation'],
): Convolution | { readonly reason: string } | undefined {
  const [input, filterName, biasName] = node.input;
  const x = firstOutput(rewrite, input);
  const filter = rewrite.constant(filterName);
  if (x === undefined || hasControlInputs(node) || !computesFloats(node)) return undefined;
  if (filter?.dtype !== 'float32' || filter.shape.length !== 4)
    return { reason: 'its filter is not constant' };
  if (!hasChannelsLast(node)) return { reason: 'its channels are first' };
  if (isStrided(node) && isDilated(node)) return { reason: 'it has strides and dilations' };
  const [, , inChannels = 0, outChannels = 0] = filter.shape;
  if (operation === 'DepthwiseConv2dNative' && inChannels > 1 && outChannels > 1)
    return { reason: 'it has several filters for each channel' };
  const fused = textsAttribute(node, 'fused_ops');
  const [added, activated, ...others] = fused;
  const activation = activated === undefined ? 'none' : ACTIVATIONS.get(activated);
  if (others.length > 0 || (added !== undefined && added !== 'BiasAdd') || activation === undefined)
    return { reason: `the activation ${fused.at(-1)} is computed with floats` };
  const bias = added === undefined ? undefined : rewrite.constant(biasName);
  if (added !== undefined && bias?.dtype !== 'float32') return { reason: 'its bias is not constant' };
  const channels = operation === 'Conv2D' ? outChannels : inChannels * outChannels;
  return { kind: 'convolution', node, inputs: [x], operation, filter, bias, channels, activation };
}

/** Returns the node of a tensor that is a first output and not constant. */
function firstOutput(rewrite: GraphRewrite, tensor: string | undefined): string | undefined {
  if (tensor === undefined || tensor.startsWith('^') || rewrite.constant(tensor) !== undefined)
    return undefined;
  return /:[1-9]/.test(tensor) ? undefined : nodeName(tensor);
}
