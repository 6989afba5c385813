import { areSizes, bytes, type ExtentRule, vectorBytes } from './extent.ts';
import { panelsOf } from './matrices.ts';
import { imageElements, isWindow, resultPixels } from './window.ts';

/** The biases and scales of a panel of eight channels: see kernels/assembly/integers/tile.ts. */
const PANEL_HEAD = 64;
/** The bytes of a panel for four channels of a tap. */
const GROUP_BYTES = 32;
const GROUP = 4;

/** The channels that integer_depthwise computes at once, with their biases and scales and four taps of each. */
const BLOCK = 16;
const BLOCK_HEAD = 128;
const QUAD_BYTES = 64;

/** The columns of an image that integer_depthwise arranges in scratch are of so few bytes that 32 bits can count them. */
const MOST_COLUMNS = 2 ** 22;

export const integerConv2d: ExtentRule<'integer_conv2d'> = (given, functions) => {
  const { channels, outChannels, filterHeight, filterWidth } = given;
  if (!isWindow(given) || !areSizes(outChannels)) return undefined;
  const taps = filterHeight * filterWidth;
  const isGathered = channels % GROUP !== 0 && taps > 1;
  const groups = isGathered ? Math.ceil((taps * channels) / GROUP) : taps * Math.ceil(channels / GROUP);
  const scratch = functions.integer_conv2d_scratch_bytes(channels, outChannels, filterHeight, filterWidth);
  return {
    x: vectorBytes(imageElements(given)),
    packed: bytes(panelsOf(outChannels) * groups * GROUP_BYTES),
    head: bytes(panelsOf(outChannels) * PANEL_HEAD),
    y: bytes(resultPixels(given) * outChannels),
    scratch: bytes(scratch >>> 0),
  };
};

/** A filter may have the lines of an image twice: see kernels/assembly/integers/integer_depthwise.ts. */
export const integerDepthwise: ExtentRule<'integer_depthwise'> = (given, functions) => {
  const { channels, outWidth, filterHeight, filterWidth, period, strideX, dilationX } = given;
  if (!isWindow(given) || !areSizes(period) || period > filterHeight) return undefined;
  if ((outWidth + 1) * strideX > MOST_COLUMNS) return undefined;
  const quads = filterWidth * Math.ceil(filterHeight / GROUP);
  const scratch = functions.integer_depthwise_scratch_bytes(
    channels,
    outWidth,
    filterHeight,
    filterWidth,
    strideX,
    dilationX,
  );
  return {
    x: vectorBytes(imageElements(given)),
    packed: bytes(Math.ceil(channels / BLOCK) * (BLOCK_HEAD + quads * QUAD_BYTES)),
    y: bytes(resultPixels(given) * channels),
    scratch: bytes(scratch >>> 0),
  };
};

export const integerPool2d: ExtentRule<'integer_pool2d'> = (given) =>
  isWindow(given)
    ? { x: vectorBytes(imageElements(given)), y: bytes(resultPixels(given) * given.channels) }
    : undefined;
