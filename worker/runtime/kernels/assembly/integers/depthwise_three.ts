import { ONES, ROUND } from '../constants';
import { addProducts, signsOf } from './dot';
import { bounded, requantized, shiftTo, storeBytes } from './requantize';

/** The bytes of four taps of 16 channels: see integer_depthwise.ts. */
const QUAD_BYTES: usize = 64;

// @ts-ignore: decorator
@inline
function interleaved(one: usize, other: usize): v128 {
  return v128.shuffle<u8>(v128.load64_zero(one), v128.load64_zero(other), 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

// @ts-ignore: decorator
@inline
function lowQuads(upper: v128, lower: v128): v128 {
  return v128.shuffle<u16>(upper, lower, 0, 8, 1, 9, 2, 10, 3, 11);
}

// @ts-ignore: decorator
@inline
function highQuads(upper: v128, lower: v128): v128 {
  return v128.shuffle<u16>(upper, lower, 4, 12, 5, 13, 6, 14, 7, 15);
}

/**
 * Computes a line of up to 8 channels for a filter of width 3 and a height of up to 4. A column of the image is arranged
 * once for up to three outputs.
 *
 * @param STRIDE  columns from one pixel to the next, 1 or 2
 * @param line0   the addresses of four lines, at the first of the channels
 * @param step0   bytes from one pixel of such a line to the next
 * @param outside the address of a pixel outside the image
 * @param head    the biases of these channels, with their scales 64 bytes and their weights `weights` bytes behind
 * @param count   the number of channels
 */
// @ts-ignore: decorator
@inline
function lineOf(
  FUSED: bool,
  STRIDE: i32,
  line0: usize,
  line1: usize,
  line2: usize,
  line3: usize,
  step0: usize,
  step1: usize,
  step2: usize,
  step3: usize,
  outside: usize,
  head: usize,
  weights: usize,
  y: usize,
  pixelBytes: usize,
  width: i32,
  outWidth: i32,
  padLeft: i32,
  count: i32,
  zero: i32,
  lower: i32,
  upper: i32,
): void {
  const ones = ONES;
  const round = ROUND;
  const shift = shiftTo(zero);
  const lowest = i8x16.splat(<i8>lower), highest = i8x16.splat(<i8>upper);
  const bias0 = v128.load(head), bias1 = v128.load(head, 16);
  const scale0 = v128.load(head, 64), scale1 = v128.load(head, 80);
  const w00 = v128.load(weights), w01 = v128.load(weights, 16);
  const w10 = v128.load(weights + QUAD_BYTES), w11 = v128.load(weights + QUAD_BYTES, 16);
  const w20 = v128.load(weights + 2 * QUAD_BYTES), w21 = v128.load(weights + 2 * QUAD_BYTES, 16);
  const s00 = signsOf(w00), s01 = signsOf(w01), s10 = signsOf(w10), s11 = signsOf(w11), s20 = signsOf(w20), s21 = signsOf(w21);
  const m00 = i8x16.abs(w00), m01 = i8x16.abs(w01), m10 = i8x16.abs(w10), m11 = i8x16.abs(w11), m20 = i8x16.abs(w20), m21 = i8x16.abs(w21);

  const around = interleaved(outside, outside);
  let x = -padLeft;
  let p0 = line0 + x * step0, p1 = line1 + x * step1, p2 = line2 + x * step2, p3 = line3 + x * step3;
  let top: v128, bottom: v128;
  top = <u32>x < <u32>width ? interleaved(p0, p1) : around;
  bottom = <u32>x < <u32>width ? interleaved(p2, p3) : around;
  let a0 = lowQuads(top, bottom), a1 = highQuads(top, bottom);
  let b0 = a0, b1 = a1;
  x++, p0 += step0, p1 += step1, p2 += step2, p3 += step3;
  if (STRIDE == 1) {
    top = <u32>x < <u32>width ? interleaved(p0, p1) : around;
    bottom = <u32>x < <u32>width ? interleaved(p2, p3) : around;
    b0 = lowQuads(top, bottom), b1 = highQuads(top, bottom);
    x++, p0 += step0, p1 += step1, p2 += step2, p3 += step3;
  }
  for (let left = outWidth; left > 0; left--) {
    if (STRIDE == 2) {
      top = bottom = around;
      if (<u32>x < <u32>width) top = interleaved(p0, p1), bottom = interleaved(p2, p3);
      b0 = lowQuads(top, bottom), b1 = highQuads(top, bottom);
      x++, p0 += step0, p1 += step1, p2 += step2, p3 += step3;
    }
    top = bottom = around;
    if (<u32>x < <u32>width) top = interleaved(p0, p1), bottom = interleaved(p2, p3);
    const c0 = lowQuads(top, bottom), c1 = highQuads(top, bottom);
    x++, p0 += step0, p1 += step1, p2 += step2, p3 += step3;
    let sums0 = addProducts(FUSED, a0, s00, m00, bias0, ones);
    let sums1 = addProducts(FUSED, a1, s01, m01, bias1, ones);
    sums0 = addProducts(FUSED, b0, s10, m10, sums0, ones);
    sums1 = addProducts(FUSED, b1, s11, m11, sums1, ones);
    sums0 = addProducts(FUSED, c0, s20, m20, sums0, ones);
    sums1 = addProducts(FUSED, c1, s21, m21, sums1, ones);
    const first = requantized(sums0, scale0, round, shift);
    const second = requantized(sums1, scale1, round, shift);
    const bytes = bounded(first, second, first, second, lowest, highest);
    if (count >= 8) v128.store_lane<u64>(y, bytes, 0);
    else storeBytes(y, bytes, count);
    y += pixelBytes;
    if (STRIDE == 1) {
      a0 = b0, a1 = b1;
      b0 = c0, b1 = c1;
    } else {
      a0 = c0, a1 = c1;
    }
  }
}

function lineInPairs(line0: usize, line1: usize, line2: usize, line3: usize, step0: usize, step1: usize, step2: usize, step3: usize, outside: usize, head: usize, weights: usize, y: usize, pixelBytes: usize, width: i32, outWidth: i32, padLeft: i32, count: i32, zero: i32, lower: i32, upper: i32): void {
  lineOf(false, 1, line0, line1, line2, line3, step0, step1, step2, step3, outside, head, weights, y, pixelBytes, width, outWidth, padLeft, count, zero, lower, upper);
}

function lineInPairsStride2(line0: usize, line1: usize, line2: usize, line3: usize, step0: usize, step1: usize, step2: usize, step3: usize, outside: usize, head: usize, weights: usize, y: usize, pixelBytes: usize, width: i32, outWidth: i32, padLeft: i32, count: i32, zero: i32, lower: i32, upper: i32): void {
  lineOf(false, 2, line0, line1, line2, line3, step0, step1, step2, step3, outside, head, weights, y, pixelBytes, width, outWidth, padLeft, count, zero, lower, upper);
}

function lineFused(line0: usize, line1: usize, line2: usize, line3: usize, step0: usize, step1: usize, step2: usize, step3: usize, outside: usize, head: usize, weights: usize, y: usize, pixelBytes: usize, width: i32, outWidth: i32, padLeft: i32, count: i32, zero: i32, lower: i32, upper: i32): void {
  lineOf(true, 1, line0, line1, line2, line3, step0, step1, step2, step3, outside, head, weights, y, pixelBytes, width, outWidth, padLeft, count, zero, lower, upper);
}

function lineFusedStride2(line0: usize, line1: usize, line2: usize, line3: usize, step0: usize, step1: usize, step2: usize, step3: usize, outside: usize, head: usize, weights: usize, y: usize, pixelBytes: usize, width: i32, outWidth: i32, padLeft: i32, count: i32, zero: i32, lower: i32, upper: i32): void {
  lineOf(true, 2, line0, line1, line2, line3, step0, step1, step2, step3, outside, head, weights, y, pixelBytes, width, outWidth, padLeft, count, zero, lower, upper);
}

/** True if lineOfThree can compute a line of the result. */
// @ts-ignore: decorator
@inline
export function hasLinesOfThree(filterHeight: i32, filterWidth: i32, strideX: i32, dilationX: i32): bool {
  return filterWidth == 3 && filterHeight <= 4 && strideX <= 2 && dilationX == 1;
}

/**
 * Computes a line of the result, 8 channels at a time.
 *
 * @param lines      the address of a pixel of each of four lines: see step
 * @param step       bytes from one pixel to the next in a line of the image
 * @param packed     the first block: see integer_depthwise.ts
 * @param blockBytes the bytes of a block
 */
export function lineOfThree(
  fused: bool,
  strideX: i32,
  line0: usize,
  line1: usize,
  line2: usize,
  line3: usize,
  outside: usize,
  packed: usize,
  blockBytes: usize,
  y: usize,
  channels: i32,
  width: i32,
  outWidth: i32,
  padLeft: i32,
  zero: i32,
  lower: i32,
  upper: i32,
): void {
  const pixelBytes = <usize>channels;
  // A line outside the image consists of one pixel.
  const step0 = line0 == outside ? 0 : pixelBytes;
  const step1 = line1 == outside ? 0 : pixelBytes;
  const step2 = line2 == outside ? 0 : pixelBytes;
  const step3 = line3 == outside ? 0 : pixelBytes;
  for (let channel: usize = 0; channel < pixelBytes; channel += 8) {
    const head = packed + (channel >>> 4) * blockBytes + ((channel & 8) << 2);
    const weights = packed + (channel >>> 4) * blockBytes + 128 + ((channel & 8) << 2);
    const count = channels - <i32>channel;
    const l0 = line0 + channel, l1 = line1 + channel, l2 = line2 + channel, l3 = line3 + channel;
    if (fused) {
      if (strideX == 1) lineFused(l0, l1, l2, l3, step0, step1, step2, step3, outside + channel, head, weights, y + channel, pixelBytes, width, outWidth, padLeft, count, zero, lower, upper);
      else lineFusedStride2(l0, l1, l2, l3, step0, step1, step2, step3, outside + channel, head, weights, y + channel, pixelBytes, width, outWidth, padLeft, count, zero, lower, upper);
    } else {
      if (strideX == 1) lineInPairs(l0, l1, l2, l3, step0, step1, step2, step3, outside + channel, head, weights, y + channel, pixelBytes, width, outWidth, padLeft, count, zero, lower, upper);
      else lineInPairsStride2(l0, l1, l2, l3, step0, step1, step2, step3, outside + channel, head, weights, y + channel, pixelBytes, width, outWidth, padLeft, count, zero, lower, upper);
    }
  }
}
