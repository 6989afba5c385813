import { isTiledByThree, lineOfThree } from './depthwise_three';
import { clamp, loadUpTo, multiplyAdd, storeUpTo } from '../vector';
import { Input, Output } from '../roles';
import { endOfTapsInside, firstTapInside } from './taps';

/** The floats of a group of channels, which must stay in the first-level cache of 32 KB or more. */
const GROUP_FLOATS: i32 = 6 * 1024;
const SMALLEST_GROUP: i32 = 64;

/**
 * Computes a depthwise 2-D convolution with one filter per channel: four or eight channels at a time, in tiles of four
 * pixels if no tap is outside. Taps outside the image are skipped, so that nothing is padded or copied. The other
 * parameters are those of conv2d.
 *
 * @param x      [batch, height, width, channels] in float32
 * @param filter [filterHeight, filterWidth, channels] in float32
 * @param bias   [channels] in float32, or 0
 * @param y      [batch, outHeight, outWidth, channels] in float32
 */
export function depthwise_conv2d(
  x: Input,
  filter: Input,
  bias: Input,
  y: Output,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
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
  lower: f32,
  upper: f32,
): void {
  const pixelBytes = <usize>channels << 2;
  const lineBytes = <usize>width * pixelBytes;
  const lineStep = <usize>dilationY * lineBytes;
  // All taps of the output columns from firstInside to lastInside are inside the line.
  const firstInside = min(outWidth, (padLeft + strideX - 1) / strideX);
  const reach = width - 1 - (filterWidth - 1) * dilationX + padLeft;
  const lastInside = reach < 0 ? firstInside : max(firstInside, min(outWidth, reach / strideX + 1));
  const group = channelsPerGroup(channels, width, filterHeight, filterWidth);
  for (let image = 0; image < batch; image++) {
    for (let channel = 0; channel < channels; ) {
      // The last channels join the last group, since their own might be too narrow for eight channels at a time.
      const here = channels - channel < 2 * group ? channels - channel : group;
      const offset = <usize>channel << 2;
      const biasHere = bias != 0 ? bias + offset : 0;
      let target = y + offset;
      for (let outY = 0; outY < outHeight; outY++) {
        const top = outY * strideY - padTop;
        const firstTap = firstTapInside(top, dilationY);
        const endTap = endOfTapsInside(top, height, filterHeight, dilationY);
        const taps = max(0, endTap - firstTap);
        const line = x + offset + <usize>(top + firstTap * dilationY) * lineBytes;
        const filterLine = filter + offset + <usize>(firstTap * filterWidth) * pixelBytes;
        if (isTiledByThree(width, outWidth, here, filterWidth, strideX, dilationX, padLeft)) {
          lineOfThree(line, lineStep, pixelBytes, filterLine, biasHere, target, width, outWidth, here, taps, strideX, padLeft, lower, upper);
          target += <usize>outWidth * pixelBytes;
          continue;
        }
        for (let outX = 0; outX < outWidth; ) {
          const left = outX * strideX - padLeft;
          if (outX >= firstInside && outX + 4 <= lastInside) {
            fourPixels(line + <usize>left * pixelBytes, lineStep, pixelBytes, filterLine, biasHere, target, here, taps, filterWidth, strideX, dilationX, lower, upper);
            target += pixelBytes << 2;
            outX += 4;
          } else {
            edgePixel(line, lineStep, pixelBytes, filterLine, biasHere, target, width, here, taps, filterWidth, dilationX, left, lower, upper);
            target += pixelBytes;
            outX += 1;
          }
        }
      }
      channel += here;
    }
    x += <usize>height * lineBytes;
    y += <usize>(outHeight * outWidth) * pixelBytes;
  }
}

/**
 * Returns as many channels, in whole cache lines, as let the filter and the lines that it covers stay in the
 * first-level cache. Returns all channels if that number is so small that memory would be read in pieces too short for
 * the prefetcher.
 */
function channelsPerGroup(channels: i32, width: i32, filterHeight: i32, filterWidth: i32): i32 {
  // One division after the other: the product of the divisors may be beyond 32 bits, and then even 0.
  const group = (GROUP_FLOATS / filterHeight / (width + filterWidth)) & ~15;
  return group < SMALLEST_GROUP ? channels : group;
}

/** Computes one pixel, of which some taps may be outside the line. */
function edgePixel(
  line: usize,
  lineStep: usize,
  pixelBytes: usize,
  filter: usize,
  bias: usize,
  y: usize,
  width: i32,
  channels: i32,
  taps: i32,
  filterWidth: i32,
  dilationX: i32,
  left: i32,
  lower: f32,
  upper: f32,
): void {
  const firstTap = firstTapInside(left, dilationX);
  const endTap = endOfTapsInside(left, width, filterWidth, dilationX);
  const step = <usize>dilationX * pixelBytes;
  const start = line + <usize>(left + firstTap * dilationX) * pixelBytes;
  const filterStart = filter + <usize>firstTap * pixelBytes;
  const filterStep = <usize>filterWidth * pixelBytes;
  const lowest = f32x4.splat(lower);
  const highest = f32x4.splat(upper);
  for (let channel = 0; channel < channels; channel += 4) {
    const offset = <usize>channel << 2;
    const left = channels - channel;
    let sum = bias != 0 ? loadUpTo(bias + offset, left) : f32x4.splat(0);
    let source = start + offset;
    let weights = filterStart + offset;
    for (let tapY = 0; tapY < taps; tapY++) {
      let pixel = source;
      let weight = weights;
      if (left >= 4) {
        for (let tapX = firstTap; tapX < endTap; tapX++) {
          sum = multiplyAdd(v128.load(pixel), v128.load(weight), sum);
          pixel += step;
          weight += pixelBytes;
        }
      } else {
        for (let tapX = firstTap; tapX < endTap; tapX++) {
          sum = multiplyAdd(loadUpTo(pixel, left), loadUpTo(weight, left), sum);
          pixel += step;
          weight += pixelBytes;
        }
      }
      source += lineStep;
      weights += filterStep;
    }
    storeUpTo(y + offset, clamp(sum, lowest, highest), left);
  }
}

function fourPixels(
  start: usize,
  lineStep: usize,
  pixelBytes: usize,
  filter: usize,
  bias: usize,
  y: usize,
  channels: i32,
  taps: i32,
  filterWidth: i32,
  strideX: i32,
  dilationX: i32,
  lower: f32,
  upper: f32,
): void {
  const stride = <usize>strideX * pixelBytes;
  const step = <usize>dilationX * pixelBytes;
  const filterStep = <usize>filterWidth * pixelBytes;
  const lowest = f32x4.splat(lower);
  const highest = f32x4.splat(upper);
  for (let channel = 0; channel < channels; channel += 4) {
    const offset = <usize>channel << 2;
    const left = channels - channel;
    let sum0 = bias != 0 ? loadUpTo(bias + offset, left) : f32x4.splat(0);
    let sum1 = sum0;
    let sum2 = sum0;
    let sum3 = sum0;
    let source = start + offset;
    let weights = filter + offset;
    for (let tapY = 0; tapY < taps; tapY++) {
      let pixel = source;
      let weight = weights;
      for (let tapX = 0; tapX < filterWidth; tapX++) {
        const pixel1 = pixel + stride;
        const pixel2 = pixel1 + stride;
        const pixel3 = pixel2 + stride;
        if (left >= 4) {
          const value = v128.load(weight);
          sum0 = multiplyAdd(v128.load(pixel), value, sum0);
          sum1 = multiplyAdd(v128.load(pixel1), value, sum1);
          sum2 = multiplyAdd(v128.load(pixel2), value, sum2);
          sum3 = multiplyAdd(v128.load(pixel3), value, sum3);
        } else {
          const value = loadUpTo(weight, left);
          sum0 = multiplyAdd(loadUpTo(pixel, left), value, sum0);
          sum1 = multiplyAdd(loadUpTo(pixel1, left), value, sum1);
          sum2 = multiplyAdd(loadUpTo(pixel2, left), value, sum2);
          sum3 = multiplyAdd(loadUpTo(pixel3, left), value, sum3);
        }
        pixel += step;
        weight += pixelBytes;
      }
      source += lineStep;
      weights += filterStep;
    }
    let target = y + offset;
    storeUpTo(target, clamp(sum0, lowest, highest), left);
    target += pixelBytes;
    storeUpTo(target, clamp(sum1, lowest, highest), left);
    target += pixelBytes;
    storeUpTo(target, clamp(sum2, lowest, highest), left);
    target += pixelBytes;
    storeUpTo(target, clamp(sum3, lowest, highest), left);
  }
}
