import { loadUpTo, storeUpTo } from '../vector';
import { Flag, Input, Output } from '../roles';
import { endOfTapsInside, firstTapInside } from './taps';

/**
 * Computes the maximum or the average of the values under a window, without those outside the image. The window's
 * parameters are those of conv2d.
 *
 * @param x       [batch, height, width, channels] in float32
 * @param y       [batch, outHeight, outWidth, channels] in float32
 * @param average 1 for the average, 0 for the maximum
 */
export function pool2d(
  x: Input,
  y: Output,
  average: Flag,
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
): void {
  const pixelBytes = <usize>channels << 2;
  const lineBytes = <usize>width * pixelBytes;
  for (let image = 0; image < batch; image++) {
    for (let outY = 0; outY < outHeight; outY++) {
      const top = outY * strideY - padTop;
      const firstY = firstTapInside(top, dilationY);
      const endY = endOfTapsInside(top, height, filterHeight, dilationY);
      for (let outX = 0; outX < outWidth; outX++) {
        const left = outX * strideX - padLeft;
        const firstX = firstTapInside(left, dilationX);
        const endX = endOfTapsInside(left, width, filterWidth, dilationX);
        const start = x + <usize>(top + firstY * dilationY) * lineBytes + <usize>(left + firstX * dilationX) * pixelBytes;
        const lines = max(0, endY - firstY);
        const pixels = max(0, endX - firstX);
        const lineStep = <usize>dilationY * lineBytes;
        const pixelStep = <usize>dilationX * pixelBytes;
        if (average) window(true, start, y, channels, lines, pixels, lineStep, pixelStep);
        else window(false, start, y, channels, lines, pixels, lineStep, pixelStep);
        y += pixelBytes;
      }
    }
    x += <usize>height * lineBytes;
  }
}

// @ts-ignore: decorator
@inline
function window(
  average: bool,
  start: usize,
  y: usize,
  channels: i32,
  lines: i32,
  pixels: i32,
  lineStep: usize,
  pixelStep: usize,
): void {
  const scale = f32x4.splat(1 / <f32>(lines * pixels));
  const nothing = average ? f32x4.splat(0) : f32x4.splat(-Infinity);
  let channel = 0;
  for (; channel + 16 <= channels; channel += 16) {
    let line = start + (<usize>channel << 2);
    let result0 = nothing, result1 = nothing, result2 = nothing, result3 = nothing;
    for (let i = 0; i < lines; i++) {
      let pixel = line;
      for (let j = 0; j < pixels; j++) {
        result0 = joined(average, result0, v128.load(pixel));
        result1 = joined(average, result1, v128.load(pixel, 16));
        result2 = joined(average, result2, v128.load(pixel, 32));
        result3 = joined(average, result3, v128.load(pixel, 48));
        pixel += pixelStep;
      }
      line += lineStep;
    }
    const target = y + (<usize>channel << 2);
    v128.store(target, average ? f32x4.mul(result0, scale) : result0);
    v128.store(target, average ? f32x4.mul(result1, scale) : result1, 16);
    v128.store(target, average ? f32x4.mul(result2, scale) : result2, 32);
    v128.store(target, average ? f32x4.mul(result3, scale) : result3, 48);
  }
  for (; channel < channels; channel += 4) {
    const left = channels - channel;
    let line = start + (<usize>channel << 2);
    let result = nothing;
    for (let i = 0; i < lines; i++) {
      let pixel = line;
      for (let j = 0; j < pixels; j++) {
        result = joined(average, result, loadUpTo(pixel, left));
        pixel += pixelStep;
      }
      line += lineStep;
    }
    storeUpTo(y + (<usize>channel << 2), average ? f32x4.mul(result, scale) : result, left);
  }
}

/** Returns the sum, or the larger value of each lane. As in tfjs, the maximum ignores NaN. */
// @ts-ignore: decorator
@inline
function joined(average: bool, result: v128, value: v128): v128 {
  return average ? f32x4.add(result, value) : f32x4.pmax(result, value);
}
