import type { GraphNode } from '@tensorflow/tfjs-converter';
import {
  avgPool,
  clone,
  engine,
  fused,
  maxPool,
  mean,
  reshape,
  softmax,
  type Tensor,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import { ARITHMETIC } from '../../operations/arithmetic.ts';
import { CONVOLUTIONS } from '../../operations/layout/convolution.ts';
import {
  flagAttribute,
  inputOf,
  listAttribute,
  numbersInput,
  type Operation,
  type Operations,
  refuse,
  textAttribute,
  textsAttribute,
} from '../../operations/operation.ts';

/** Operations of two tensors that are one call of a kernel of tfjs. */
const KERNELS_OF_PAIRS: Readonly<Record<string, string>> = {
  Add: 'Add',
  AddV2: 'Add',
  Maximum: 'Maximum',
  Minimum: 'Minimum',
  Mul: 'Multiply',
  Sub: 'Sub',
};

/** Operations of one tensor that are one call of a kernel of tfjs, by the same name. */
const KERNELS_OF_ONE = ['Relu', 'Relu6', 'Round', 'Sigmoid', 'Tanh'];

/** The activations that a fused operation names beside its bias. Those with parameters of their own are not among them. */
const ACTIVATIONS: ReadonlyMap<string | undefined, 'linear' | 'relu' | 'relu6' | 'elu' | 'sigmoid'> = new Map(
  [
    [undefined, 'linear'],
    ['relu', 'relu'],
    ['relu6', 'relu6'],
    ['elu', 'elu'],
    ['sigmoid', 'sigmoid'],
  ],
);

const pair =
  (kernel: string): Operation =>
  (node) =>
    engine().runKernel<Tensor>(kernel, { a: inputOf(node, 0), b: inputOf(node, 1) });

const one =
  (kernel: string): Operation =>
  (node) =>
    engine().runKernel<Tensor>(kernel, { x: inputOf(node, 0) });

/** Returns the activation of a fused operation of three tensors, the last of which is a bias. */
function activationOf(node: GraphNode) {
  const [first, name, ...more] = textsAttribute(node, 'fused_ops').map((text) => text.toLowerCase());
  const activation = ACTIVATIONS.get(name);
  if (first !== 'biasadd' || activation === undefined || more.length > 0 || node.inputs.length !== 3)
    return refuse(node, 'it is not fused with a bias and a simple activation');
  return activation;
}

/** The steps or distances of a window over the rows and columns of an image. */
function ofImage(node: GraphNode, name: string): [number, number] {
  const [, y, x] = listAttribute(node, name, 'i').map(Number);
  return y === undefined || x === undefined ? refuse(node, `${name} are missing`) : [y, x];
}

/** Returns the padding of an image whose channels are last. */
function paddingOf(node: GraphNode): 'same' | 'valid' {
  const pad = textAttribute(node, 'padding').toLowerCase();
  if ((pad !== 'same' && pad !== 'valid') || textAttribute(node, 'data_format', 'NHWC') !== 'NHWC')
    return refuse(node, 'it has explicit paddings, or its channels first');
  return pad;
}

const depthwise: Operation = (node) => {
  const [x, filter, bias] = [inputOf(node, 0), inputOf(node, 1), inputOf(node, 2)];
  const [strides, dilations] = [ofImage(node, 'strides'), ofImage(node, 'dilations')];
  return engine().runKernel<Tensor>(
    'FusedDepthwiseConv2D',
    { x, filter, bias },
    { strides, pad: paddingOf(node), dataFormat: 'NHWC', dilations, activation: activationOf(node) },
  );
};

const pool =
  (compute: typeof maxPool<Tensor4D>): Operation =>
  (node) =>
    tidy(() => compute(imageOf(node), ofImage(node, 'ksize'), ofImage(node, 'strides'), paddingOf(node)));

function imageOf(node: GraphNode): Tensor4D {
  const x = inputOf(node, 0);
  return isImage(x) ? x : refuse(node, `a tensor of shape [${x.shape}] is no image`);
}

function isImage(x: Tensor): x is Tensor4D {
  return x.rank === 4;
}

const product: Operation = (node) =>
  tidy(() =>
    fused.matMul({
      ...{ a: inputOf(node, 0), b: inputOf(node, 1), bias: inputOf(node, 2) },
      ...{ transposeA: flagAttribute(node, 'transpose_a'), transposeB: flagAttribute(node, 'transpose_b') },
      activation: activationOf(node),
    }),
  );

const average: Operation = (node) =>
  mean(inputOf(node, 0), numbersInput(node, 1), flagAttribute(node, 'keep_dims'));

/** As in tfjs's executor, which frees no tensors that are kept. */
const identity: Operation = (node) => {
  const x = inputOf(node, 0);
  return x.kept ? x : clone(x);
};

/** An operation that the executor computes in this project's way. */
function own(table: Operations, name: string): Operation {
  const operation = table[name];
  if (operation === undefined) throw new Error(`there is no operation ${name}`);
  return (node) => tidy(() => operation(node));
}

/**
 * The operations of a network whose calls of kernels are known without tfjs's executor, for tensors of float32. They make
 * the same calls as the executor does.
 */
export const DIRECT_OPERATIONS: ReadonlyMap<string, Operation> = new Map([
  ...Object.entries(KERNELS_OF_PAIRS).map(([name, kernel]): [string, Operation] => [name, pair(kernel)]),
  ...KERNELS_OF_ONE.map((name): [string, Operation] => [name, one(name)]),
  ...['Conv2D', 'DepthwiseConv2dNative', '_FusedConv2D'].map((name): [string, Operation] => [
    name,
    own(CONVOLUTIONS, name),
  ]),
  ['AvgPool', pool(avgPool)],
  ['FusedDepthwiseConv2dNative', depthwise],
  ['MatMul', own(ARITHMETIC, 'MatMul')],
  ['MaxPool', pool(maxPool)],
  ['Mean', average],
  ['Softmax', (node) => softmax(inputOf(node, 0))],
  ['Sum', own(ARITHMETIC, 'Sum')],
  ['_FusedMatMul', product],
]);

/** The same for tensors of any numbers. */
export const DIRECT_MOVES: ReadonlyMap<string, Operation> = new Map([
  ['Cast', own(ARITHMETIC, 'Cast')],
  ['Identity', identity],
  ['Reshape', (node) => reshape(inputOf(node, 0), numbersInput(node, 1))],
]);
