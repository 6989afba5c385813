import { ONES, ROUND } from '../constants';
import { Flag, Input, Output, Scratch } from '../roles';
import { arrangedBytes } from './arrange_columns';
import { hasLinesOfThree, linesOfThree } from './depthwise_three';
import { addProducts, signsOf } from './dot';
import { limitBytes, narrowed, requantized, shiftTo, storeBytes } from './requantize';

/** The channels that are computed at once. */
const BLOCK: i32 = 16;

/** The bytes of a block's biases and scales, which precede its weights. */
const BLOCK_HEAD: usize = 128;

/** The bytes of the addresses of four taps. */
const QUAD_POINTERS: usize = 16;

/** Returns the number of quads: each has four taps of one column of the filter. */
// @ts-ignore: decorator
@inline
function quadsOf(filterHeight: i32, filterWidth: i32): i32 {
  return filterWidth * ((filterHeight + 3) >>> 2);
}

// @ts-ignore: decorator
@inline
function blocksOf(channels: i32): i32 {
  return (channels + BLOCK - 1) / BLOCK;
}

/** Returns the bytes of scratch that integer_depthwise needs: pointers, a pixel outside the image, and arranged columns. */
export function integer_depthwise_scratch_bytes(channels: i32, outWidth: i32, filterHeight: i32, filterWidth: i32, strideX: i32, dilationX: i32): usize {
  const columns: usize = hasLinesOfThree(filterHeight, filterWidth, strideX, dilationX) ? arrangedBytes(outWidth, strideX) : 0;
  return pointersBytes(channels, filterHeight, filterWidth) + columns;
}

// @ts-ignore: decorator
@inline
function pointersBytes(channels: i32, filterHeight: i32, filterWidth: i32): usize {
  return QUAD_POINTERS * <usize>quadsOf(filterHeight, filterWidth) + <usize>(blocksOf(channels) * BLOCK);
}

/**
 * Computes a depthwise 2-D convolution of signed bytes with one filter per channel, four taps of 16 channels at a time.
 * Up to 15 bytes behind the image are read, but their channels are not stored. The other parameters are those of
 * integer_conv2d.
 *
 * The lines of a filter may be given twice, for weights that are the sum of two bytes.
 *
 * @param x       [batch, height, width, channels] in int8
 * @param packed  blocks of 16 channels: biases in int32, scales in float32, and 64 bytes for each four taps of a column of
 *                the filter, the four weights of a channel together
 * @param y       [batch, outHeight, outWidth, channels] in int8
 * @param filterHeight the lines of the packed filter
 * @param period  the lines of the image that they are for: line `period` of the filter is for the first one again
 * @param scratch integer_depthwise_scratch_bytes bytes
 */
export function integer_depthwise(
  x: Input,
  packed: Input,
  y: Output,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  filterHeight: i32,
  filterWidth: i32,
  period: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  padTop: i32,
  padLeft: i32,
  outside: i32,
  zero: i32,
  lower: i32,
  upper: i32,
  fused: Flag,
  scratch: Scratch,
): void {
  const result = y;
  const quads = quadsOf(filterHeight, filterWidth);
  const blockBytes = BLOCK_HEAD + (<usize>quads << 6);
  const lineBytes = <usize>(width * channels);
  const lineStep = <usize>dilationY * lineBytes;
  const pixelOutside = scratch + QUAD_POINTERS * <usize>quads;
  for (let index = 0; index < blocksOf(channels) * BLOCK; index++) store<u8>(pixelOutside + index, <u8>outside);
  // The weights of taps below the filter are 0.
  for (let quad = 0; quad < quads << 2; quad++) store<usize>(scratch + (<usize>quad << 2), pixelOutside);

  const hasThree = period == filterHeight && hasLinesOfThree(filterHeight, filterWidth, strideX, dilationX);
  const columns = scratch + pointersBytes(channels, filterHeight, filterWidth);
  for (let image = 0; image < batch; image++) {
    for (let outY = 0; outY < outHeight; outY++) {
      const top = outY * strideY - padTop;
      const first = x + <usize>top * lineBytes;
      if (hasThree) {
        const line0 = isInside(top, height) ? first : pixelOutside;
        const line1 = isInside(top + dilationY, height) ? first + lineStep : pixelOutside;
        const line2 = isInside(top + 2 * dilationY, height) ? first + 2 * lineStep : pixelOutside;
        const line3 = isInside(top + 3 * dilationY, height) ? first + 3 * lineStep : pixelOutside;
        const lines = strideY == dilationY && outY + 1 < outHeight ? 2 : 1;
        linesOfThree(fused != 0, strideX, line0, line1, line2, line3, pixelOutside, packed, blockBytes, y, lines, channels, width, outWidth, padLeft, zero, columns);
        y += <usize>(lines * outWidth * channels);
        outY += lines - 1;
        continue;
      }
      for (let outX = 0; outX < outWidth; outX++) {
        const left = outX * strideX - padLeft;
        let column = scratch;
        for (let filterX = 0; filterX < filterWidth; filterX++) {
          const pixel = left + filterX * dilationX;
          const start = first + <usize>(pixel * channels);
          for (let filterY = 0, line = 0; filterY < filterHeight; filterY++) {
            const inside = isInside(pixel, width) && isInside(top + line * dilationY, height);
            store<usize>(column + (<usize>filterY << 2), inside ? start + <usize>line * lineStep : pixelOutside);
            if (++line == period) line = 0;
          }
          column += QUAD_POINTERS * <usize>((filterHeight + 3) >>> 2);
        }
        if (fused) pixelFused(scratch, quads, packed, y, channels, zero);
        else pixelInPairs(scratch, quads, packed, y, channels, zero);
        y += channels;
      }
    }
    x += <usize>height * lineBytes;
  }
  limitBytes(result, batch * outHeight * outWidth * channels, lower, upper);
}

// @ts-ignore: decorator
@inline
function isInside(position: i32, size: i32): bool {
  return <u32>position < <u32>size;
}

function pixelFused(pointers: usize, quads: i32, packed: usize, y: usize, channels: i32, zero: i32): void {
  pixelOf(true, pointers, quads, packed, y, channels, zero);
}

function pixelInPairs(pointers: usize, quads: i32, packed: usize, y: usize, channels: i32, zero: i32): void {
  pixelOf(false, pointers, quads, packed, y, channels, zero);
}

// @ts-ignore: decorator
@inline
function pixelOf(FUSED: bool, pointers: usize, quads: i32, packed: usize, y: usize, channels: i32, zero: i32): void {
  const ones = ONES;
  const round = ROUND;
  const shift = shiftTo(zero);
  let b = packed;
  for (let channel = 0; channel < channels; channel += BLOCK) {
    const head = b;
    let sums0 = v128.load(b);
    let sums1 = v128.load(b, 16);
    let sums2 = v128.load(b, 32);
    let sums3 = v128.load(b, 48);
    b += BLOCK_HEAD;
    let pointer = pointers;
    for (const end = b + (<usize>quads << 6); b != end; b += 64) {
      const x0 = v128.load(load<usize>(pointer) + channel);
      const x1 = v128.load(load<usize>(pointer, 4) + channel);
      const x2 = v128.load(load<usize>(pointer, 8) + channel);
      const x3 = v128.load(load<usize>(pointer, 12) + channel);
      pointer += QUAD_POINTERS;
      const low01 = v128.shuffle<u8>(x0, x1, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const low23 = v128.shuffle<u8>(x2, x3, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const high01 = v128.shuffle<u8>(x0, x1, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      const high23 = v128.shuffle<u8>(x2, x3, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      const w0 = v128.load(b), w1 = v128.load(b, 16), w2 = v128.load(b, 32), w3 = v128.load(b, 48);
      sums0 = addProducts(FUSED, v128.shuffle<u16>(low01, low23, 0, 8, 1, 9, 2, 10, 3, 11), signsOf(w0), i8x16.abs(w0), sums0, ones);
      sums1 = addProducts(FUSED, v128.shuffle<u16>(low01, low23, 4, 12, 5, 13, 6, 14, 7, 15), signsOf(w1), i8x16.abs(w1), sums1, ones);
      sums2 = addProducts(FUSED, v128.shuffle<u16>(high01, high23, 0, 8, 1, 9, 2, 10, 3, 11), signsOf(w2), i8x16.abs(w2), sums2, ones);
      sums3 = addProducts(FUSED, v128.shuffle<u16>(high01, high23, 4, 12, 5, 13, 6, 14, 7, 15), signsOf(w3), i8x16.abs(w3), sums3, ones);
    }
    const first = requantized(sums0, v128.load(head, 64), round, shift);
    const second = requantized(sums1, v128.load(head, 80), round, shift);
    const third = requantized(sums2, v128.load(head, 96), round, shift);
    const fourth = requantized(sums3, v128.load(head, 112), round, shift);
    const bytes = narrowed(first, second, third, fourth);
    storeBytes(y + channel, bytes, channels - channel);
  }
}
