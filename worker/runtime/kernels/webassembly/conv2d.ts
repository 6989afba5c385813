import {
  backend_util,
  type Conv2DAttrs,
  type Conv2DInputs,
  type DepthwiseConv2dNativeAttrs,
  type FusedConv2DAttrs,
  type FusedConv2DInputs,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { elementCount } from '../../../model/tensor.ts';
import {
  isCovered,
  isFourDimensional,
  isVectorOrAbsent,
  type Kernel,
  type KernelContext,
} from '../kernel.ts';
import { convolvePacked, multiplyPacked } from '../packing/packed_matrix.ts';
import { type Activation, fusedActivation } from './activation.ts';
import { imageArguments, type WindowInfo, windowArguments } from './convolution_window.ts';

/** Fused or not. Without the fused parts, the activation is linear and there is no bias. */
type ConvolutionInputs = Conv2DInputs & Partial<FusedConv2DInputs>;
type ConvolutionAttributes = Conv2DAttrs & Partial<FusedConv2DAttrs>;
type DepthwiseAttributes = DepthwiseConv2dNativeAttrs & Partial<FusedConv2DAttrs>;

/** A covered call. */
interface ConvolutionCall {
  readonly x: TensorInfo;
  readonly filter: TensorInfo;
  readonly bias: TensorInfo | undefined;
  readonly info: WindowInfo;
  readonly activation: Activation;
}

/** Conv2D and FusedConv2D. */
export const convolution: Kernel<ConvolutionInputs, ConvolutionAttributes> = (
  context,
  inputs,
  attributes,
) => {
  const call = prepare(context, inputs, attributes, false);
  if (call === undefined) return undefined;
  // A filter of a grouped convolution covers only some of the channels.
  if (call.filter.shape[2] !== call.info.inChannels) return undefined;
  return denseConvolution(context, call);
};

/** DepthwiseConv2dNative and FusedDepthwiseConv2D. */
export const depthwiseConvolution: Kernel<ConvolutionInputs, DepthwiseAttributes> = (
  context,
  inputs,
  attributes,
) => {
  const call = prepare(context, inputs, attributes, true);
  if (call === undefined) return undefined;
  const { x, filter, bias, info, activation } = call;
  // With a single input channel, several filters are the same as an ordinary convolution.
  if (info.inChannels === 1) return denseConvolution(context, call);
  if (info.outChannels !== info.inChannels) return undefined;
  const { functions, heap } = context;
  const result = heap.output(info.outShape);
  functions.depthwise_conv2d(
    heap.address(x),
    heap.address(filter),
    heap.addressOrNone(bias),
    heap.address(result),
    ...imageArguments(info),
    info.outHeight,
    info.outWidth,
    ...windowArguments(info),
    activation.lower,
    activation.upper,
  );
  activation.afterwards?.(result);
  return result;
};

function prepare(
  { functions, heap }: KernelContext,
  { x, filter, bias, preluActivationWeights }: ConvolutionInputs,
  attributes: ConvolutionAttributes,
  depthwise: boolean,
): ConvolutionCall | undefined {
  const { strides, pad, dilations, dimRoundingMode, dataFormat } = attributes;
  if (
    !isCovered(x) ||
    !isCovered(filter) ||
    !isFourDimensional(x.shape) ||
    !isFourDimensional(filter.shape)
  ) {
    return undefined;
  }
  if (dataFormat === 'NCHW') return undefined;
  const info = backend_util.computeConv2DInfo(
    x.shape,
    filter.shape,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    depthwise,
  );
  if (elementCount(info.outShape) === 0 || !isVectorOrAbsent(bias, info.outChannels)) return undefined;
  const activation = fusedActivation(functions, heap, attributes, preluActivationWeights, info.outShape);
  return activation && { x, filter, bias, info, activation };
}

function denseConvolution(context: KernelContext, call: ConvolutionCall): TensorInfo {
  const { x, filter, bias, info, activation } = call;
  const { heap } = context;
  const { batchSize, inChannels, outHeight, outWidth, outChannels, filterHeight, filterWidth } = info;
  const { strideHeight, strideWidth, padInfo } = info;
  const result = heap.output(info.outShape);
  const k = filterHeight * filterWidth * inChannels;
  const pointwise =
    filterHeight * filterWidth * strideHeight * strideWidth === 1 &&
    padInfo.top + padInfo.left + padInfo.bottom + padInfo.right === 0;
  context.weights.use(filter, { k, n: outChannels, transposed: false }, (packed) => {
    const from = heap.address(x);
    const to = heap.address(result);
    const biases = heap.addressOrNone(bias);
    if (pointwise) {
      const size = { m: batchSize * outHeight * outWidth, k, n: outChannels };
      multiplyPacked(context, from, packed, biases, to, size, activation);
    } else {
      convolvePacked(context, from, packed, biases, to, info, activation);
    }
  });
  activation.afterwards?.(result);
  return result;
}
