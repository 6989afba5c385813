import { areSizes, bytes, type ExtentRule, optional, words } from './extent.ts';
import { isFormat, packedBytes, quantizedBytes } from './matrices.ts';
import { imageElements, isWindow, resultPixels } from './window.ts';

/** The products of four adjacent results: see kernels/assembly/convolution/winograd_transforms.ts. */
const WINOGRAD_POINTS = 6;
const WINOGRAD_WIDTH = 3;

export const conv2d: ExtentRule<'conv2d'> = (given, functions) => {
  const { channels, filterHeight, filterWidth, outChannels } = given;
  if (!isWindow(given) || !areSizes(outChannels)) return undefined;
  const result = words(resultPixels(given) * outChannels);
  return {
    x: words(imageElements(given)),
    packed: bytes(packedBytes(filterHeight * filterWidth * channels, outChannels)),
    bias: optional(words(outChannels)),
    residual: optional(result),
    y: result,
    scratch: bytes(functions.conv2d_scratch_bytes(channels, filterHeight, filterWidth) >>> 0),
  };
};

export const conv2dQuantized: ExtentRule<'conv2d_quantized'> = (given, functions) => {
  const { channels, filterHeight, filterWidth, outChannels, format } = given;
  if (!isWindow(given) || !areSizes(outChannels) || !isFormat(format)) return undefined;
  const result = words(resultPixels(given) * outChannels);
  const scratch = functions.conv2d_quantized_scratch_bytes(channels, filterHeight, filterWidth, outChannels);
  return {
    x: words(imageElements(given)),
    packed: bytes(quantizedBytes(format, filterHeight * filterWidth * channels, outChannels)),
    vectors: words(2 * outChannels),
    bias: optional(words(outChannels)),
    residual: optional(result),
    y: result,
    scratch: bytes(scratch >>> 0),
  };
};

export const depthwiseConv2d: ExtentRule<'depthwise_conv2d'> = (given) =>
  isWindow(given)
    ? {
        x: words(imageElements(given)),
        filter: words(given.filterHeight * given.filterWidth * given.channels),
        bias: optional(words(given.channels)),
        y: words(resultPixels(given) * given.channels),
      }
    : undefined;

export const pool2d: ExtentRule<'pool2d'> = (given) =>
  isWindow(given)
    ? { x: words(imageElements(given)), y: words(resultPixels(given) * given.channels) }
    : undefined;

export const expandDepthwise: ExtentRule<'expand_depthwise'> = (given, functions) => {
  const { width, channels, expandedChannels, filterHeight, filterWidth, dilationY, format, vectors } = given;
  if (!isWindow(given) || !areSizes(expandedChannels) || !isFormat(format)) return undefined;
  const isQuantized = vectors !== 0;
  return {
    x: words(imageElements(given)),
    packed: bytes(
      isQuantized
        ? quantizedBytes(format, channels, expandedChannels)
        : packedBytes(channels, expandedChannels),
    ),
    vectors: optional(words(2 * expandedChannels)),
    expandBias: optional(words(expandedChannels)),
    filter: words(filterHeight * filterWidth * expandedChannels),
    bias: optional(words(expandedChannels)),
    y: words(resultPixels(given) * expandedChannels),
    scratch: bytes(
      functions.expand_depthwise_scratch_bytes(
        width,
        channels,
        expandedChannels,
        filterHeight,
        dilationY,
        isQuantized ? 1 : 0,
      ),
    ),
  };
};

export const winogradConv2d: ExtentRule<'winograd_conv2d'> = (given, functions) => {
  const { height, channels, outWidth, outChannels, filterHeight } = given;
  const window = { ...given, filterWidth: WINOGRAD_WIDTH, strideY: 1, strideX: 1, dilationX: 1 };
  if (!isWindow(window) || !areSizes(outChannels)) return undefined;
  const result = words(resultPixels(window) * outChannels);
  return {
    x: words(imageElements(window)),
    packed: bytes(WINOGRAD_POINTS * packedBytes(filterHeight * channels, outChannels)),
    bias: optional(words(outChannels)),
    residual: optional(result),
    y: result,
    scratch: bytes(functions.winograd_scratch_bytes(height, channels, outWidth, outChannels, filterHeight)),
  };
};

export const winogradWeights: ExtentRule<'winograd_weights'> = ({ filterHeight, channels, outChannels }) =>
  areSizes(filterHeight, channels, outChannels)
    ? {
        packed: bytes(packedBytes(WINOGRAD_WIDTH * filterHeight * channels, outChannels)),
        transformed: bytes(WINOGRAD_POINTS * packedBytes(filterHeight * channels, outChannels)),
      }
    : undefined;
