import type { GraphNode } from '../graph/graph.ts';
import {
  hasChannelsLast,
  integersAttribute,
  isDilated,
  isStrided,
  textAttribute,
  textsAttribute,
} from '../simplify/attributes.ts';
import type { Refusal } from './refusal.ts';
import { refusedStrings } from './string_types.ts';

/** For operations with the attribute `data_format` that the simplifier could not turn to channels last. */
const CHANNELS_FIRST: Refusal = {
  reason: 'with channels first (NCHW), which the server does not compute here',
  wayRound: 'build the model with channels last (data_format "channels_last" or "NHWC")',
};

/** They take channels first as they are. */
const WITH_CHANNELS_FIRST: ReadonlySet<string> = new Set(['BiasAdd', 'DepthToSpace', 'SpaceToDepth']);

const EXPLICIT_PADDING: Refusal = {
  reason: 'with explicit padding',
  wayRound: 'pad with an operation of its own before it',
};
const IGNORED_DILATIONS: Refusal = { reason: 'with dilations, which the server does not compute for it' };
const STRIDES_AND_DILATIONS: Refusal = {
  reason: 'with both strides and dilations, of which the server computes one',
};

/** They have a window, which has numbers for the batch and for the channels too. */
const WINDOWED = ['AvgPool', 'AvgPool3D', 'Dilation2D', 'MaxPool', 'MaxPool3D', 'MaxPoolWithArgmax'];
const BEYOND_SPACE: Refusal = {
  reason: 'with a window over the batch or the channels',
  wayRound: 'reshape these into a dimension of their own and reduce it',
};
/** They may leave out what lies outside of a tensor. */
const PLACED = [
  'GatherNd',
  'ScatterNd',
  'TensorScatterAdd',
  'TensorScatterMax',
  'TensorScatterMin',
  'TensorScatterSub',
  'TensorScatterUpdate',
];
const LEFT_OUT: Refusal = {
  reason: 'that leaves out places outside of a tensor (bad_indices_policy "IGNORE")',
  wayRound: 'leave them out with tf.boolean_mask before it',
};
const FUSED = ['_FusedConv2D', 'FusedDepthwiseConv2dNative', '_FusedMatMul'];

/** The activations that tfjs fuses, in lower case. */
const FUSED_ACTIVATIONS = ['relu', 'relu6', 'elu', 'leakyrelu', 'prelu', 'sigmoid', 'linear'];

/** A refused form of some operations. */
export interface RefusedForm {
  readonly operations: readonly string[];
  /** For documentation. `find` may return a more specific reason for a node. */
  readonly reason: string;
  readonly find: (node: GraphNode) => Refusal | undefined;
}

const refused = (
  operations: readonly string[],
  refusal: Refusal,
  applies: (node: GraphNode) => boolean,
): RefusedForm => ({
  operations,
  reason: refusal.reason,
  find: (node) => (applies(node) ? refusal : undefined),
});

/**
 * Forms of operations that tfjs does not compute, or whose attribute it ignores. The sources are the executors of
 * tfjs-converter and the kernels of the WebAssembly backend.
 */
export const REFUSED_FORMS: readonly RefusedForm[] = [
  refused(
    ['AvgPool', 'MaxPool', 'MaxPoolWithArgmax'],
    EXPLICIT_PADDING,
    (node) => textAttribute(node, 'padding')?.toUpperCase() === 'EXPLICIT',
  ),
  refused(WINDOWED, BEYOND_SPACE, (node) =>
    ['ksize', 'strides', 'rates'].some((name) => {
      const sizes = integersAttribute(node, name);
      return sizes !== undefined && (sizes.at(0) !== 1 || sizes.at(-1) !== 1);
    }),
  ),
  refused(PLACED, LEFT_OUT, (node) => textAttribute(node, 'bad_indices_policy')?.toUpperCase() === 'IGNORE'),
  refused(['Conv2DBackpropInput', 'Conv3DBackpropInputV2'], IGNORED_DILATIONS, isDilated),
  refused(
    ['FusedDepthwiseConv2dNative'],
    STRIDES_AND_DILATIONS,
    (node) => isDilated(node) && isStrided(node),
  ),
  {
    operations: FUSED,
    reason: `fused with anything but a bias and one of ${FUSED_ACTIVATIONS.join(', ')}`,
    find: findRefusedFusion,
  },
];

/** Types that neither tfjs nor the server computes. */
const UNCOMPUTED_TYPES = /^DT_(UINT32|UINT64|COMPLEX64|COMPLEX128|QU?INT\d+|FLOAT8\w*|U?INT4)$/;

/** The attributes with the type of an input or output. */
const TYPE_ATTRIBUTES = ['T', 'SrcT', 'DstT', 'dtype', 'out_type', 'Tparams', 'Tidx'];

/** They compute complex numbers of two float32. */
const COMPLEX_OPERATIONS: ReadonlySet<string> = new Set(
  'Add AddV2 Angle Cast ComplexAbs Conj FFT FFT2D FFT3D IFFT IFFT2D IFFT3D IRFFT IRFFT2D IRFFT3D Identity Imag Mul Neg Real Snapshot StopGradient Sub'.split(
    ' ',
  ),
);

function refusedType({ op, attr }: GraphNode): Refusal | undefined {
  // The values of a constant are checked individually.
  if (op === 'Const') return undefined;
  const type = TYPE_ATTRIBUTES.map((name) => attr[name]?.type).find(
    (name) =>
      name !== undefined &&
      UNCOMPUTED_TYPES.test(name) &&
      !(name === 'DT_COMPLEX64' && COMPLEX_OPERATIONS.has(op)),
  );
  return type === undefined
    ? undefined
    : {
        reason: `of tensors of type ${type}, which the server does not compute`,
        wayRound: 'cast to float32 or int32 before it',
      };
}

/** Returns why tfjs would not compute a node as TensorFlow does, or undefined if no reason is known. */
export function refusedAttribute(node: GraphNode): Refusal | undefined {
  const type = refusedType(node) ?? refusedStrings(node);
  if (type !== undefined) return type;
  if (!hasChannelsLast(node) && !takesFormat(node)) return CHANNELS_FIRST;
  for (const { operations, find } of REFUSED_FORMS) {
    const refusal = operations.includes(node.op) ? find(node) : undefined;
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function takesFormat(node: GraphNode): boolean {
  const format = textAttribute(node, 'data_format')?.toUpperCase();
  return format === 'NDHWC' || (format === 'NCHW' && WITH_CHANNELS_FIRST.has(node.op));
}

function findRefusedFusion(node: GraphNode): Refusal | undefined {
  const [first, second] = textsAttribute(node, 'fused_ops').map((name) => name.toLowerCase());
  if (first === undefined) return undefined;
  if (first !== 'biasadd') return { reason: `fused with "${first}" but no bias` };
  if (second === undefined) return undefined;
  if (!FUSED_ACTIVATIONS.includes(second)) return { reason: `fused with the activation "${second}"` };
  return second === 'leakyrelu' && node.op === 'FusedDepthwiseConv2dNative'
    ? { reason: 'fused with LeakyRelu' }
    : undefined;
}
