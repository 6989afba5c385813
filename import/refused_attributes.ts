import { graphDataType } from './data_type.ts';
import type { GraphNode } from './graph/graph.ts';
import { hasChannelsLast, integersAttribute, textAttribute, textsAttribute } from './simplify/attributes.ts';

/** A way in which a node asks for something that tfjs does not do, though it has the operation. */
export interface Refusal {
  readonly reason: string;
  readonly wayRound?: string;
}

/** For every operation that has the attribute `data_format`; tfjs computes channels last, whatever it says. */
const CHANNELS_FIRST: Refusal = {
  reason: 'with channels first (NCHW), which tfjs does not compute',
  wayRound: 'build the model with channels last (data_format "channels_last" or "NHWC")',
};

/**
 * What tfjs refuses to compute of a node, or, worse, computes as if the attribute were not there; undefined where
 * nothing of the kind is known. Sources: tfjs-converter's executors and the kernels of the WebAssembly backend.
 */
export function refusedAttribute(node: GraphNode): Refusal | undefined {
  if (!hasChannelsLast(node) && textAttribute(node, 'data_format')?.toUpperCase() !== 'NDHWC')
    return CHANNELS_FIRST;
  switch (node.op) {
    case 'FusedBatchNorm':
    case 'FusedBatchNormV2':
    case 'FusedBatchNormV3':
      return (node.attr.is_training?.b ?? true)
        ? {
            reason: 'in training mode, whose statistics of the batch tfjs does not compute',
            wayRound: 'export the model for prediction (training=False, or a frozen learning phase)',
          }
        : undefined;
    case 'AvgPool':
    case 'MaxPool':
    case 'MaxPoolWithArgmax':
      return textAttribute(node, 'padding')?.toUpperCase() === 'EXPLICIT'
        ? { reason: 'with explicit padding', wayRound: 'pad with an operation of its own before it' }
        : undefined;
    case 'Div':
      return isInteger(node)
        ? {
            reason: 'of integers, which TensorFlow rounds towards zero and tfjs down',
            wayRound: 'divide with tf.math.floordiv, or divide floats',
          }
        : undefined;
    case 'Mod':
      return {
        reason: 'whose result has the sign of what is divided, and in tfjs that of the divisor',
        wayRound: 'use tf.math.floormod',
      };
    case 'Conv2DBackpropInput':
      return isDilated(node) ? { reason: 'with dilations, which tfjs ignores' } : undefined;
    case 'Conv2D':
    case 'DepthwiseConv2dNative':
    case 'Conv3D':
      return isDilated(node) && isStrided(node) ? STRIDES_AND_DILATIONS : undefined;
    case '_FusedConv2D':
    case 'FusedDepthwiseConv2dNative':
    case '_FusedMatMul':
      return isDilated(node) && isStrided(node) ? STRIDES_AND_DILATIONS : refusedFusion(node);
    default:
      return undefined;
  }
}

const STRIDES_AND_DILATIONS: Refusal = { reason: 'with both strides and dilations, of which tfjs does one' };

const ACTIVATIONS: ReadonlySet<string> = new Set([
  'relu',
  'relu6',
  'elu',
  'leakyrelu',
  'prelu',
  'sigmoid',
  'linear',
]);

function refusedFusion(node: GraphNode): Refusal | undefined {
  const [first, second] = textsAttribute(node, 'fused_ops').map((name) => name.toLowerCase());
  if (first === undefined) return undefined;
  if (first !== 'biasadd') return { reason: `fused with "${first}" but no bias, which tfjs ignores` };
  if (second === undefined) return undefined;
  if (!ACTIVATIONS.has(second)) return { reason: `fused with the activation "${second}"` };
  return second === 'leakyrelu' && node.op === 'FusedDepthwiseConv2dNative'
    ? { reason: 'fused with LeakyRelu, whose slope tfjs does not read' }
    : undefined;
}

function isInteger({ attr }: GraphNode): boolean {
  return graphDataType(attr.T?.type) === 'int32';
}

function isDilated(node: GraphNode): boolean {
  return (integersAttribute(node, 'dilations') ?? []).some((dilation) => dilation > 1);
}

function isStrided(node: GraphNode): boolean {
  return (integersAttribute(node, 'strides') ?? []).some((stride) => stride > 1);
}
