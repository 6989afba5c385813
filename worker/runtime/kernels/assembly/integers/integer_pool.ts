import { ROUND } from '../constants';
import { endOfTapsInside, firstTapInside } from '../convolution/taps';
import { Flag, Input, Output } from '../roles';
import { bounded, rounded, shiftTo, storeBytes } from './requantize';

/** The channels that are computed at once. */
const BLOCK: i32 = 16;

/**
 * Computes the maximum or the average of the bytes under a window, without those outside the image. Every window covers
 * a pixel. Up to 15 bytes behind the image are read. The window's parameters are those of conv2d.
 *
 * An average is y = clamp(round(sum of (x + offset) * (1 / pixels) * scale) + zero, lower, upper), in float32.
 *
 * @param x       [batch, height, width, channels] in int8
 * @param y       [batch, outHeight, outWidth, channels] in int8
 * @param average 1 for the average, 0 for the maximum, which uses none of the last parameters
 */
export function integer_pool2d(
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
  offset: i32,
  scale: f32,
  zero: i32,
  lower: i32,
  upper: i32,
): void {
  const lineBytes = <usize>(width * channels);
  const lineStep = <usize>dilationY * lineBytes;
  const pixelStep = <usize>(dilationX * channels);
  for (let image = 0; image < batch; image++) {
    for (let outY = 0; outY < outHeight; outY++) {
      const top = outY * strideY - padTop;
      const firstY = firstTapInside(top, dilationY);
      const lines = max(0, endOfTapsInside(top, height, filterHeight, dilationY) - firstY);
      for (let outX = 0; outX < outWidth; outX++) {
        const left = outX * strideX - padLeft;
        const firstX = firstTapInside(left, dilationX);
        const pixels = max(0, endOfTapsInside(left, width, filterWidth, dilationX) - firstX);
        const start = x + <usize>(top + firstY * dilationY) * lineBytes + <usize>((left + firstX * dilationX) * channels);
        if (average) averageOf(start, y, channels, lines, pixels, lineStep, pixelStep, offset, scale, zero, lower, upper);
        else maximumOf(start, y, channels, lines, pixels, lineStep, pixelStep);
        y += <usize>channels;
      }
    }
    x += <usize>height * lineBytes;
  }
}

function maximumOf(start: usize, y: usize, channels: i32, lines: i32, pixels: i32, lineStep: usize, pixelStep: usize): void {
  for (let channel = 0; channel < channels; channel += BLOCK) {
    let line = start + <usize>channel;
    let largest = i8x16.splat(-128);
    for (let i = 0; i < lines; i++) {
      let pixel = line;
      for (let j = 0; j < pixels; j++) {
        largest = i8x16.max_s(largest, v128.load(pixel));
        pixel += pixelStep;
      }
      line += lineStep;
    }
    storeBytes(y + <usize>channel, largest, channels - channel);
  }
}

function averageOf(start: usize, y: usize, channels: i32, lines: i32, pixels: i32, lineStep: usize, pixelStep: usize, offset: i32, scale: f32, zero: i32, lower: i32, upper: i32): void {
  const round = ROUND;
  const shift = shiftTo(zero);
  const offsets = i32x4.splat(lines * pixels * offset);
  const part = f32x4.splat(1 / <f32>(lines * pixels));
  const scales = f32x4.splat(scale);
  const lowest = i8x16.splat(<i8>lower), highest = i8x16.splat(<i8>upper);
  for (let channel = 0; channel < channels; channel += BLOCK) {
    let line = start + <usize>channel;
    let sums0 = offsets, sums1 = offsets, sums2 = offsets, sums3 = offsets;
    for (let i = 0; i < lines; i++) {
      let pixel = line;
      for (let j = 0; j < pixels; j++) {
        const bytes = v128.load(pixel);
        const low = i16x8.extend_low_i8x16_s(bytes), high = i16x8.extend_high_i8x16_s(bytes);
        sums0 = i32x4.add(sums0, i32x4.extend_low_i16x8_s(low));
        sums1 = i32x4.add(sums1, i32x4.extend_high_i16x8_s(low));
        sums2 = i32x4.add(sums2, i32x4.extend_low_i16x8_s(high));
        sums3 = i32x4.add(sums3, i32x4.extend_high_i16x8_s(high));
        pixel += pixelStep;
      }
      line += lineStep;
    }
    const first = rounded(scaled(sums0, part, scales), round, shift);
    const second = rounded(scaled(sums1, part, scales), round, shift);
    const third = rounded(scaled(sums2, part, scales), round, shift);
    const fourth = rounded(scaled(sums3, part, scales), round, shift);
    storeBytes(y + <usize>channel, bounded(first, second, third, fourth, lowest, highest), channels - channel);
  }
}

// @ts-ignore: decorator
@inline
function scaled(sums: v128, part: v128, scales: v128): v128 {
  return f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(sums), part), scales);
}
