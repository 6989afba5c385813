import { ONES, ROUND } from '../constants';
import { arrangeColumns, COLUMN_BYTES } from './arrange_columns';
import { addProducts, signsOf } from './dot';
import { requantized, shiftTo, storeBytes } from './requantize';

/** The bytes of four taps of 16 channels: see integer_depthwise.ts. */
const QUAD_BYTES: usize = 64;

/** The bytes of the biases of 16 channels, before their scales. */
const BIAS_BYTES: usize = 64;

/** The bytes of biases and scales, before the weights. */
const HEAD_BYTES: usize = 128;

/** The channels that the registers have room for. */
const CHANNELS: i32 = 4;

/**
 * Computes one or two lines of up to four channels, two pixels at a time. There are registers for the weights of four
 * channels, with their signs, and for the columns of two pixels.
 *
 * @param STRIDE  columns from one pixel to the next, 1 or 2
 * @param columns the first column: see arrangeColumns
 * @param head    the biases of these channels, before their scales and weights
 * @param lines   1 or 2, of which the second begins one line of the columns below the first
 * @param count   the number of channels, of which the first four are computed
 */
// @ts-ignore: decorator
@inline
function linesOf(FUSED: bool, STRIDE: i32, columns: usize, head: usize, lines: i32, y: usize, pixelBytes: usize, outWidth: i32, count: i32, zero: i32): void {
  const ones = ONES;
  const round = ROUND;
  const shift = shiftTo(zero);
  const bias = v128.load(head), scale = v128.load(head, BIAS_BYTES);
  for (let down = 0; down < lines; down++) {
    // The first of four bytes is the lowest one, so that the weights move down by a line.
    const bits = down << 3;
    const w0 = i32x4.shl(v128.load(head, HEAD_BYTES), bits);
    const w1 = i32x4.shl(v128.load(head, HEAD_BYTES + QUAD_BYTES), bits);
    const w2 = i32x4.shl(v128.load(head, HEAD_BYTES + 2 * QUAD_BYTES), bits);
    const s0 = signsOf(w0), s1 = signsOf(w1), s2 = signsOf(w2);
    const m0 = i8x16.abs(w0), m1 = i8x16.abs(w1), m2 = i8x16.abs(w2);

    let a = v128.load(columns), b = STRIDE == 1 ? v128.load(columns, COLUMN_BYTES) : a;
    let column = columns + (STRIDE == 1 ? 2 : 1) * COLUMN_BYTES;
    let sums = bias, next = bias;
    for (let left = outWidth; left > 0; left -= 2) {
      // The columns a, b and c of the first pixel, and those of the second: b, c and d, or c, d and e.
      if (STRIDE == 1) {
        const c = v128.load(column), d = v128.load(column, COLUMN_BYTES);
        sums = ofThree(FUSED, a, b, c, s0, s1, s2, m0, m1, m2, bias, ones);
        next = ofThree(FUSED, b, c, d, s0, s1, s2, m0, m1, m2, bias, ones);
        a = c, b = d;
        column += 2 * COLUMN_BYTES;
      } else {
        const c = v128.load(column, COLUMN_BYTES);
        sums = ofThree(FUSED, a, v128.load(column), c, s0, s1, s2, m0, m1, m2, bias, ones);
        a = v128.load(column, 3 * COLUMN_BYTES);
        next = ofThree(FUSED, c, v128.load(column, 2 * COLUMN_BYTES), a, s0, s1, s2, m0, m1, m2, bias, ones);
        column += 4 * COLUMN_BYTES;
      }
      const words = i16x8.narrow_i32x4_s(requantized(sums, scale, round, shift), requantized(next, scale, round, shift));
      const bytes = i8x16.narrow_i16x8_s(words, words);
      if (count >= CHANNELS) {
        v128.store_lane<u32>(y, bytes, 0);
        if (left > 1) v128.store_lane<u32>(y + pixelBytes, bytes, 1);
      } else {
        storeBytes(y, bytes, count);
        if (left > 1) storeBytes(y + pixelBytes, v128.shuffle<u32>(bytes, bytes, 1, 0, 3, 2), count);
      }
      y += 2 * pixelBytes;
    }
    if (outWidth & 1) y -= pixelBytes;
  }
}

/** Returns the sums of products of three columns. */
// @ts-ignore: decorator
@inline
function ofThree(FUSED: bool, a: v128, b: v128, c: v128, s0: v128, s1: v128, s2: v128, m0: v128, m1: v128, m2: v128, bias: v128, ones: v128): v128 {
  const sums = addProducts(FUSED, b, s1, m1, addProducts(FUSED, a, s0, m0, bias, ones), ones);
  return addProducts(FUSED, c, s2, m2, sums, ones);
}

function linesInPairs(columns: usize, head: usize, lines: i32, y: usize, pixelBytes: usize, outWidth: i32, count: i32, zero: i32): void {
  linesOf(false, 1, columns, head, lines, y, pixelBytes, outWidth, count, zero);
}

function linesInPairsStride2(columns: usize, head: usize, lines: i32, y: usize, pixelBytes: usize, outWidth: i32, count: i32, zero: i32): void {
  linesOf(false, 2, columns, head, lines, y, pixelBytes, outWidth, count, zero);
}

function linesFused(columns: usize, head: usize, lines: i32, y: usize, pixelBytes: usize, outWidth: i32, count: i32, zero: i32): void {
  linesOf(true, 1, columns, head, lines, y, pixelBytes, outWidth, count, zero);
}

function linesFusedStride2(columns: usize, head: usize, lines: i32, y: usize, pixelBytes: usize, outWidth: i32, count: i32, zero: i32): void {
  linesOf(true, 2, columns, head, lines, y, pixelBytes, outWidth, count, zero);
}

/** True if linesOfThree can compute lines of the result. */
// @ts-ignore: decorator
@inline
export function hasLinesOfThree(filterHeight: i32, filterWidth: i32, strideX: i32, dilationX: i32): bool {
  return filterWidth == 3 && filterHeight <= 3 && strideX <= 2 && dilationX == 1;
}

/**
 * Computes a line of the result, or two whose filters begin one line of the image apart, 16 channels at a time. Both use
 * the same arranged columns.
 *
 * @param line0      the addresses of the first pixels of the four lines that these filters cover, or that of `outside`
 * @param outside    the address of a pixel outside the image
 * @param packed     the first block: see integer_depthwise.ts
 * @param blockBytes the bytes of a block
 * @param lines      the number of lines, 1 or 2
 * @param columns    arrangedBytes bytes of scratch
 */
export function linesOfThree(
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
  lines: i32,
  channels: i32,
  width: i32,
  outWidth: i32,
  padLeft: i32,
  zero: i32,
  columns: usize,
): void {
  const pixelBytes = <usize>channels;
  // A line outside the image consists of one pixel.
  const step0 = line0 == outside ? <usize>0 : pixelBytes;
  const step1 = line1 == outside ? <usize>0 : pixelBytes;
  const step2 = line2 == outside ? <usize>0 : pixelBytes;
  const step3 = line3 == outside ? <usize>0 : pixelBytes;
  const needed = (outWidth - 1) * strideX + 3;
  for (let block: usize = 0; block < pixelBytes; block += 16) {
    arrangeColumns(line0 + block, line1 + block, line2 + block, line3 + block, step0, step1, step2, step3, outside, columns, width, padLeft, needed);
    for (let channel = block; channel < min(block + 16, pixelBytes); channel += CHANNELS) {
      const at = (channel - block) << 2;
      const count = channels - <i32>channel;
      const target = y + channel;
      if (fused) {
        if (strideX == 1) linesFused(columns + at, packed + at, lines, target, pixelBytes, outWidth, count, zero);
        else linesFusedStride2(columns + at, packed + at, lines, target, pixelBytes, outWidth, count, zero);
      } else {
        if (strideX == 1) linesInPairs(columns + at, packed + at, lines, target, pixelBytes, outWidth, count, zero);
        else linesInPairsStride2(columns + at, packed + at, lines, target, pixelBytes, outWidth, count, zero);
      }
    }
    packed += blockBytes;
  }
}
