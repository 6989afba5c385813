import { expandedGroupBytes, multiplyExpanded } from '../product/quantized_products';
import { depthwise_conv2d } from './depthwise';
import { gemm, POINTER_LINE_BYTES } from '../product/gemm';
import { ElementFormat } from '../product/quantized';
import { Flag, Input, Output, Scratch } from '../roles';

/** The bytes of the intermediate strip, which must stay in the second-level cache. */
const STRIP_BYTES: i32 = 512 * 1024;

/** Returns the number of lines of the expanded image that are in memory at once. */
function linesOfStrip(width: i32, expandedChannels: i32, reach: i32): i32 {
  return max(reach, STRIP_BYTES / max(1, (width * expandedChannels) << 2));
}

/**
 * Returns the bytes of scratch that expand_depthwise needs: that of gemm, a strip of lines, and a group of panels if
 * they are quantized. The lines between the taps of a dilated filter may have more than 2^32.
 */
export function expand_depthwise_scratch_bytes(
  width: i32,
  channels: i32,
  expandedChannels: i32,
  filterHeight: i32,
  dilationY: i32,
  quantized: Flag,
): f64 {
  const bytes = <f64>POINTER_LINE_BYTES + stripBytes(width, expandedChannels, (filterHeight - 1) * dilationY + 1);
  return quantized ? bytes + <f64>expandedGroupBytes(channels, expandedChannels) : bytes;
}

// @ts-ignore: decorator
@inline
function stripBytes(width: i32, expandedChannels: i32, reach: i32): f64 {
  return 4 * <f64>linesOfStrip(width, expandedChannels, reach) * <f64>width * <f64>expandedChannels;
}

/**
 * Computes a pointwise convolution and a depthwise one of its result, as gemm or gemm_quantized and depthwise_conv2d
 * do, one strip of lines at a time. The intermediate image is never in memory as a whole. The other parameters are
 * those of conv2d.
 *
 * @param x             [batch, height, width, channels] in float32
 * @param packed        the pointwise filter, [channels, expandedChannels]: as gemm takes it, or as gemm_quantized does
 * @param vectors       those of gemm_quantized, or 0 if the pointwise filter is in float32
 * @param format        that of gemm_quantized; unused without vectors, like `zero`
 * @param expandBias    [expandedChannels] in float32, or 0
 * @param filter        [filterHeight, filterWidth, expandedChannels] in float32
 * @param bias          [expandedChannels] in float32, or 0
 * @param y             [batch, outHeight, outWidth, expandedChannels] in float32
 * @param expandedLower lower bound of the intermediate values, -infinity for none
 * @param expandedUpper upper bound of the intermediate values, infinity for none
 * @param scratch       expand_depthwise_scratch_bytes bytes
 */
export function expand_depthwise(
  x: Input,
  packed: Input,
  vectors: Input,
  format: ElementFormat,
  zero: i32,
  expandBias: Input,
  filter: Input,
  bias: Input,
  y: Output,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  expandedChannels: i32,
  outHeight: i32,
  outWidth: i32,
  filterHeight: i32,
  filterWidth: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  padTop: i32,
  padLeft: i32,
  expandedLower: f32,
  expandedUpper: f32,
  lower: f32,
  upper: f32,
  scratch: Scratch,
): void {
  const reach = (filterHeight - 1) * dilationY + 1;
  const outLines = (linesOfStrip(width, expandedChannels, reach) - reach) / strideY + 1;
  const strip = scratch + POINTER_LINE_BYTES;
  const group = strip + <usize>stripBytes(width, expandedChannels, reach);
  const xLine = <usize>(width * channels) << 2;
  const stripLine = <usize>(width * expandedChannels) << 2;
  const yLine = <usize>(outWidth * expandedChannels) << 2;
  for (let image = 0; image < batch; image++) {
    // The strip holds lines from `first` to `last` of the expanded image.
    let first = 0;
    let last = 0;
    for (let outY = 0; outY < outHeight; outY += outLines) {
      const count = min(outLines, outHeight - outY);
      const top = outY * strideY - padTop;
      const nextFirst = min(max(0, top), height);
      const nextLast = min(max(nextFirst, top + (count - 1) * strideY + reach), height);
      const kept = max(0, last - nextFirst);
      if (kept > 0) memory.copy(strip, strip + <usize>(nextFirst - first) * stripLine, <usize>kept * stripLine);
      first = nextFirst;
      last = nextLast;
      const from = first + kept;
      const target = strip + <usize>kept * stripLine;
      if (vectors == 0) gemm(x + <usize>from * xLine, channels, packed, expandBias, 0, target, expandedChannels, (last - from) * width, channels, expandedChannels, expandedLower, expandedUpper, scratch);
      else multiplyExpanded(x + <usize>from * xLine, channels, packed, vectors, format, zero, expandBias, 0, target, expandedChannels, (last - from) * width, channels, expandedChannels, expandedLower, expandedUpper, scratch, group);
      depthwise_conv2d(strip, filter, bias, y + <usize>outY * yLine, 1, last - first, width, expandedChannels, count, outWidth, filterHeight, filterWidth, strideY, strideX, dilationY, dilationX, first - top, padLeft, lower, upper);
    }
    x += <usize>height * xLine;
    y += <usize>outHeight * yLine;
  }
}
