import { ONES, ROUND } from '../constants';
import { addProducts, signsOf } from './dot';
import { narrowed, requantized, shiftTo, storeBytes } from './requantize';

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
 * Computes a line of up to 8 channels for a filter of width 3 and a height of up to 3. A column of the image is arranged
 * once for up to three outputs. Two pixels at a time use a weight that was loaded: there are more weights than registers.
 *
 * @param STRIDE  columns from one pixel to the next, 1 or 2
 * @param line0   the addresses of three lines, at the first of the channels
 * @param step0   bytes from one pixel of such a line to the next
 * @param outside the address of a pixel outside the image
 * @param head    the biases of these channels, with their scales 64 bytes behind
 * @param weights their weights
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
  step0: usize,
  step1: usize,
  step2: usize,
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
): void {
  const ones = ONES;
  const round = ROUND;
  const shift = shiftTo(zero);
  const bias0 = v128.load(head), bias1 = v128.load(head, 16);
  const scale0 = v128.load(head, 64), scale1 = v128.load(head, 80);
  const w00 = v128.load(weights), w01 = v128.load(weights, 16);
  const w10 = v128.load(weights + QUAD_BYTES), w11 = v128.load(weights + QUAD_BYTES, 16);
  const w20 = v128.load(weights + 2 * QUAD_BYTES), w21 = v128.load(weights + 2 * QUAD_BYTES, 16);
  const s00 = signsOf(w00), s01 = signsOf(w01), s10 = signsOf(w10), s11 = signsOf(w11), s20 = signsOf(w20), s21 = signsOf(w21);
  const m00 = i8x16.abs(w00), m01 = i8x16.abs(w01), m10 = i8x16.abs(w10), m11 = i8x16.abs(w11), m20 = i8x16.abs(w20), m21 = i8x16.abs(w21);

  const around = interleaved(outside, outside);
  let x = -padLeft;
  let p0 = line0 + x * step0, p1 = line1 + x * step1, p2 = line2 + x * step2;
  let top = around, bottom = around;
  if (<u32>x < <u32>width) top = interleaved(p0, p1), bottom = interleaved(p2, p2);
  let a0 = lowQuads(top, bottom), a1 = highQuads(top, bottom);
  x++, p0 += step0, p1 += step1, p2 += step2;
  let b0 = a0, b1 = a1, d0 = a0, d1 = a1, e0 = a0, e1 = a1;
  if (STRIDE == 1) {
    top = bottom = around;
    if (<u32>x < <u32>width) top = interleaved(p0, p1), bottom = interleaved(p2, p2);
    b0 = lowQuads(top, bottom), b1 = highQuads(top, bottom);
    x++, p0 += step0, p1 += step1, p2 += step2;
  }
  for (let left = outWidth; left > 0; left -= 2) {
    // The columns a, b and c of the first pixel, and those of the second: b, c and d, or c, d and e.
    if (STRIDE == 2) {
      top = bottom = around;
      if (<u32>x < <u32>width) top = interleaved(p0, p1), bottom = interleaved(p2, p2);
      b0 = lowQuads(top, bottom), b1 = highQuads(top, bottom);
      x++, p0 += step0, p1 += step1, p2 += step2;
    }
    top = bottom = around;
    if (<u32>x < <u32>width) top = interleaved(p0, p1), bottom = interleaved(p2, p2);
    const c0 = lowQuads(top, bottom), c1 = highQuads(top, bottom);
    x++, p0 += step0, p1 += step1, p2 += step2;
    top = bottom = around;
    if (<u32>x < <u32>width) top = interleaved(p0, p1), bottom = interleaved(p2, p2);
    d0 = lowQuads(top, bottom), d1 = highQuads(top, bottom);
    x++, p0 += step0, p1 += step1, p2 += step2;
    if (STRIDE == 2) {
      top = bottom = around;
      if (<u32>x < <u32>width) top = interleaved(p0, p1), bottom = interleaved(p2, p2);
      e0 = lowQuads(top, bottom), e1 = highQuads(top, bottom);
      x++, p0 += step0, p1 += step1, p2 += step2;
    }
    let sums = addProducts(FUSED, a0, s00, m00, bias0, ones);
    let next = addProducts(FUSED, STRIDE == 1 ? b0 : c0, s00, m00, bias0, ones);
    sums = addProducts(FUSED, b0, s10, m10, sums, ones);
    next = addProducts(FUSED, STRIDE == 1 ? c0 : d0, s10, m10, next, ones);
    sums = addProducts(FUSED, c0, s20, m20, sums, ones);
    next = addProducts(FUSED, STRIDE == 1 ? d0 : e0, s20, m20, next, ones);
    const first = requantized(sums, scale0, round, shift);
    const third = requantized(next, scale0, round, shift);
    sums = addProducts(FUSED, a1, s01, m01, bias1, ones);
    next = addProducts(FUSED, STRIDE == 1 ? b1 : c1, s01, m01, bias1, ones);
    sums = addProducts(FUSED, b1, s11, m11, sums, ones);
    next = addProducts(FUSED, STRIDE == 1 ? c1 : d1, s11, m11, next, ones);
    sums = addProducts(FUSED, c1, s21, m21, sums, ones);
    next = addProducts(FUSED, STRIDE == 1 ? d1 : e1, s21, m21, next, ones);
    const second = requantized(sums, scale1, round, shift);
    const fourth = requantized(next, scale1, round, shift);
    storePixels(y, pixelBytes, narrowed(first, second, third, fourth), count, left > 1);
    y += 2 * pixelBytes;
    if (STRIDE == 1) {
      a0 = c0, a1 = c1;
      b0 = d0, b1 = d1;
    } else {
      a0 = e0, a1 = e1;
    }
  }
}

/** Stores up to 8 bytes of each of one or two pixels. */
// @ts-ignore: decorator
@inline
function storePixels(y: usize, pixelBytes: usize, bytes: v128, count: i32, two: bool): void {
  if (count >= 8) {
    v128.store_lane<u64>(y, bytes, 0);
    if (two) v128.store_lane<u64>(y + pixelBytes, bytes, 1);
  } else {
    storeBytes(y, bytes, count);
    if (two) storeBytes(y + pixelBytes, v128.shuffle<u64>(bytes, bytes, 1, 0), count);
  }
}

function lineInPairs(line0: usize, line1: usize, line2: usize, step0: usize, step1: usize, step2: usize, outside: usize, head: usize, weights: usize, y: usize, pixelBytes: usize, width: i32, outWidth: i32, padLeft: i32, count: i32, zero: i32): void {
  lineOf(false, 1, line0, line1, line2, step0, step1, step2, outside, head, weights, y, pixelBytes, width, outWidth, padLeft, count, zero);
}

function lineInPairsStride2(line0: usize, line1: usize, line2: usize, step0: usize, step1: usize, step2: usize, outside: usize, head: usize, weights: usize, y: usize, pixelBytes: usize, width: i32, outWidth: i32, padLeft: i32, count: i32, zero: i32): void {
  lineOf(false, 2, line0, line1, line2, step0, step1, step2, outside, head, weights, y, pixelBytes, width, outWidth, padLeft, count, zero);
}

function lineFused(line0: usize, line1: usize, line2: usize, step0: usize, step1: usize, step2: usize, outside: usize, head: usize, weights: usize, y: usize, pixelBytes: usize, width: i32, outWidth: i32, padLeft: i32, count: i32, zero: i32): void {
  lineOf(true, 1, line0, line1, line2, step0, step1, step2, outside, head, weights, y, pixelBytes, width, outWidth, padLeft, count, zero);
}

function lineFusedStride2(line0: usize, line1: usize, line2: usize, step0: usize, step1: usize, step2: usize, outside: usize, head: usize, weights: usize, y: usize, pixelBytes: usize, width: i32, outWidth: i32, padLeft: i32, count: i32, zero: i32): void {
  lineOf(true, 2, line0, line1, line2, step0, step1, step2, outside, head, weights, y, pixelBytes, width, outWidth, padLeft, count, zero);
}

/** True if lineOfThree can compute a line of the result. */
// @ts-ignore: decorator
@inline
export function hasLinesOfThree(filterHeight: i32, filterWidth: i32, strideX: i32, dilationX: i32): bool {
  return filterWidth == 3 && filterHeight <= 3 && strideX <= 2 && dilationX == 1;
}

/**
 * Computes a line of the result, 8 channels at a time.
 *
 * @param line0      the address of the first pixel of each of three lines
 * @param packed     the first block: see integer_depthwise.ts
 * @param blockBytes the bytes of a block
 */
export function lineOfThree(
  fused: bool,
  strideX: i32,
  line0: usize,
  line1: usize,
  line2: usize,
  outside: usize,
  packed: usize,
  blockBytes: usize,
  y: usize,
  channels: i32,
  width: i32,
  outWidth: i32,
  padLeft: i32,
  zero: i32,
): void {
  const pixelBytes = <usize>channels;
  // A line outside the image consists of one pixel.
  const step0 = line0 == outside ? 0 : pixelBytes;
  const step1 = line1 == outside ? 0 : pixelBytes;
  const step2 = line2 == outside ? 0 : pixelBytes;
  for (let channel: usize = 0; channel < pixelBytes; channel += 8) {
    const head = packed + (channel >>> 4) * blockBytes + ((channel & 8) << 2);
    const weights = packed + (channel >>> 4) * blockBytes + 128 + ((channel & 8) << 2);
    const count = channels - <i32>channel;
    const l0 = line0 + channel, l1 = line1 + channel, l2 = line2 + channel;
    if (fused) {
      if (strideX == 1) lineFused(l0, l1, l2, step0, step1, step2, outside + channel, head, weights, y + channel, pixelBytes, width, outWidth, padLeft, count, zero);
      else lineFusedStride2(l0, l1, l2, step0, step1, step2, outside + channel, head, weights, y + channel, pixelBytes, width, outWidth, padLeft, count, zero);
    } else {
      if (strideX == 1) lineInPairs(l0, l1, l2, step0, step1, step2, outside + channel, head, weights, y + channel, pixelBytes, width, outWidth, padLeft, count, zero);
      else lineInPairsStride2(l0, l1, l2, step0, step1, step2, outside + channel, head, weights, y + channel, pixelBytes, width, outWidth, padLeft, count, zero);
    }
  }
}
