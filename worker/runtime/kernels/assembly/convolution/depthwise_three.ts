import { clamp, multiplyAdd } from '../vector';

/**
 * Computes four pixels for a filter of width 3, eight channels at a time. There are at least eight channels. Each input
 * is loaded once for up to three outputs, and each address is computed once for two loads.
 *
 * @param STRIDE columns from one pixel to the next, 1 or 2
 * @param LEFT   true if the first pixel's first tap is outside the line
 * @param RIGHT  true if the last pixel's last tap is outside the line
 * @param start  the address of that first tap, also if it is outside
 */
// @ts-ignore: decorator
@inline
function fourPixels(
  STRIDE: i32,
  LEFT: bool,
  RIGHT: bool,
  start: usize,
  lineStep: usize,
  pixelBytes: usize,
  filter: usize,
  bias: usize,
  y: usize,
  channels: i32,
  taps: i32,
  lower: f32,
  upper: f32,
): void {
  const lowest = f32x4.splat(lower);
  const highest = f32x4.splat(upper);
  const last = (<usize>channels << 2) - 32;
  let offset: usize = 0;
  while (true) {
    let a0 = f32x4.splat(0), b0 = a0;
    if (bias != 0) a0 = v128.load(bias + offset), b0 = v128.load(bias + offset, 16);
    let a1 = a0, a2 = a0, a3 = a0, b1 = b0, b2 = b0, b3 = b0;
    let line = start + offset;
    let weights = filter + offset;
    for (let tapY = 0; tapY < taps; tapY++) {
      const weights1 = weights + pixelBytes;
      const weights2 = weights1 + pixelBytes;
      const x1 = line + pixelBytes;
      const x2 = x1 + pixelBytes;
      const x3 = x2 + pixelBytes;
      const x4 = x3 + pixelBytes;
      const x5 = x4 + pixelBytes;
      const x6 = x5 + pixelBytes;
      const x7 = x6 + pixelBytes;
      const x8 = x7 + pixelBytes;
      let w0 = v128.load(weights), w1 = v128.load(weights1), w2 = v128.load(weights2);
      let value: v128;
      if (!LEFT) value = v128.load(line), a0 = multiplyAdd(value, w0, a0);
      if (STRIDE == 1) {
        value = v128.load(x1), a0 = multiplyAdd(value, w1, a0), a1 = multiplyAdd(value, w0, a1);
        value = v128.load(x2), a0 = multiplyAdd(value, w2, a0), a1 = multiplyAdd(value, w1, a1), a2 = multiplyAdd(value, w0, a2);
        value = v128.load(x3), a1 = multiplyAdd(value, w2, a1), a2 = multiplyAdd(value, w1, a2), a3 = multiplyAdd(value, w0, a3);
        value = v128.load(x4), a2 = multiplyAdd(value, w2, a2), a3 = multiplyAdd(value, w1, a3);
        if (!RIGHT) value = v128.load(x5), a3 = multiplyAdd(value, w2, a3);
      } else {
        value = v128.load(x1), a0 = multiplyAdd(value, w1, a0);
        value = v128.load(x2), a0 = multiplyAdd(value, w2, a0), a1 = multiplyAdd(value, w0, a1);
        value = v128.load(x3), a1 = multiplyAdd(value, w1, a1);
        value = v128.load(x4), a1 = multiplyAdd(value, w2, a1), a2 = multiplyAdd(value, w0, a2);
        value = v128.load(x5), a2 = multiplyAdd(value, w1, a2);
        value = v128.load(x6), a2 = multiplyAdd(value, w2, a2), a3 = multiplyAdd(value, w0, a3);
        value = v128.load(x7), a3 = multiplyAdd(value, w1, a3);
        if (!RIGHT) value = v128.load(x8), a3 = multiplyAdd(value, w2, a3);
      }
      w0 = v128.load(weights, 16), w1 = v128.load(weights1, 16), w2 = v128.load(weights2, 16);
      if (!LEFT) value = v128.load(line, 16), b0 = multiplyAdd(value, w0, b0);
      if (STRIDE == 1) {
        value = v128.load(x1, 16), b0 = multiplyAdd(value, w1, b0), b1 = multiplyAdd(value, w0, b1);
        value = v128.load(x2, 16), b0 = multiplyAdd(value, w2, b0), b1 = multiplyAdd(value, w1, b1), b2 = multiplyAdd(value, w0, b2);
        value = v128.load(x3, 16), b1 = multiplyAdd(value, w2, b1), b2 = multiplyAdd(value, w1, b2), b3 = multiplyAdd(value, w0, b3);
        value = v128.load(x4, 16), b2 = multiplyAdd(value, w2, b2), b3 = multiplyAdd(value, w1, b3);
        if (!RIGHT) value = v128.load(x5, 16), b3 = multiplyAdd(value, w2, b3);
      } else {
        value = v128.load(x1, 16), b0 = multiplyAdd(value, w1, b0);
        value = v128.load(x2, 16), b0 = multiplyAdd(value, w2, b0), b1 = multiplyAdd(value, w0, b1);
        value = v128.load(x3, 16), b1 = multiplyAdd(value, w1, b1);
        value = v128.load(x4, 16), b1 = multiplyAdd(value, w2, b1), b2 = multiplyAdd(value, w0, b2);
        value = v128.load(x5, 16), b2 = multiplyAdd(value, w1, b2);
        value = v128.load(x6, 16), b2 = multiplyAdd(value, w2, b2), b3 = multiplyAdd(value, w0, b3);
        value = v128.load(x7, 16), b3 = multiplyAdd(value, w1, b3);
        if (!RIGHT) value = v128.load(x8, 16), b3 = multiplyAdd(value, w2, b3);
      }
      line += lineStep;
      weights = weights2 + pixelBytes;
    }
    let target = y + offset;
    v128.store(target, clamp(a0, lowest, highest));
    v128.store(target, clamp(b0, lowest, highest), 16);
    target += pixelBytes;
    v128.store(target, clamp(a1, lowest, highest));
    v128.store(target, clamp(b1, lowest, highest), 16);
    target += pixelBytes;
    v128.store(target, clamp(a2, lowest, highest));
    v128.store(target, clamp(b2, lowest, highest), 16);
    target += pixelBytes;
    v128.store(target, clamp(a3, lowest, highest));
    v128.store(target, clamp(b3, lowest, highest), 16);
    if (offset == last) break;
    // A partial last group begins earlier and computes some channels again.
    offset = min(offset + 32, last);
  }
}

function fourPixelsLeft(start: usize, lineStep: usize, pixelBytes: usize, filter: usize, bias: usize, y: usize, channels: i32, taps: i32, lower: f32, upper: f32): void {
  fourPixels(1, true, false, start, lineStep, pixelBytes, filter, bias, y, channels, taps, lower, upper);
}

function fourPixelsInside(start: usize, lineStep: usize, pixelBytes: usize, filter: usize, bias: usize, y: usize, channels: i32, taps: i32, lower: f32, upper: f32): void {
  fourPixels(1, false, false, start, lineStep, pixelBytes, filter, bias, y, channels, taps, lower, upper);
}

function fourPixelsRight(start: usize, lineStep: usize, pixelBytes: usize, filter: usize, bias: usize, y: usize, channels: i32, taps: i32, lower: f32, upper: f32): void {
  fourPixels(1, false, true, start, lineStep, pixelBytes, filter, bias, y, channels, taps, lower, upper);
}

function fourPixelsStride2Left(start: usize, lineStep: usize, pixelBytes: usize, filter: usize, bias: usize, y: usize, channels: i32, taps: i32, lower: f32, upper: f32): void {
  fourPixels(2, true, false, start, lineStep, pixelBytes, filter, bias, y, channels, taps, lower, upper);
}

function fourPixelsStride2Inside(start: usize, lineStep: usize, pixelBytes: usize, filter: usize, bias: usize, y: usize, channels: i32, taps: i32, lower: f32, upper: f32): void {
  fourPixels(2, false, false, start, lineStep, pixelBytes, filter, bias, y, channels, taps, lower, upper);
}

function fourPixelsStride2Right(start: usize, lineStep: usize, pixelBytes: usize, filter: usize, bias: usize, y: usize, channels: i32, taps: i32, lower: f32, upper: f32): void {
  fourPixels(2, false, true, start, lineStep, pixelBytes, filter, bias, y, channels, taps, lower, upper);
}

/** True if lineOfThree can compute a line of the result: at most one tap is outside on each side. */
export function isTiledByThree(width: i32, outWidth: i32, channels: i32, filterWidth: i32, strideX: i32, dilationX: i32, padLeft: i32): bool {
  return filterWidth == 3 && dilationX == 1 && strideX <= 2 && channels >= 8 && outWidth >= 5 && padLeft <= 1 && tapsOutside(width, outWidth, strideX, padLeft) <= 1;
}

// @ts-ignore: decorator
@inline
function tapsOutside(width: i32, outWidth: i32, strideX: i32, padLeft: i32): i32 {
  return (outWidth - 1) * strideX - padLeft + 3 - width;
}

/** Computes a line of the result in tiles of four pixels. The last tile may compute some pixels again. */
export function lineOfThree(
  line: usize,
  lineStep: usize,
  pixelBytes: usize,
  filter: usize,
  bias: usize,
  y: usize,
  width: i32,
  outWidth: i32,
  channels: i32,
  taps: i32,
  strideX: i32,
  padLeft: i32,
  lower: f32,
  upper: f32,
): void {
  const last = outWidth - 4;
  const right = tapsOutside(width, outWidth, strideX, padLeft) == 1;
  for (let outX = 0; ; outX = min(outX + 4, last)) {
    const start = line + <usize>(outX * strideX - padLeft) * pixelBytes;
    const target = y + <usize>outX * pixelBytes;
    if (strideX == 1) {
      if (outX == 0 && padLeft == 1) fourPixelsLeft(start, lineStep, pixelBytes, filter, bias, target, channels, taps, lower, upper);
      else if (outX == last && right) fourPixelsRight(start, lineStep, pixelBytes, filter, bias, target, channels, taps, lower, upper);
      else fourPixelsInside(start, lineStep, pixelBytes, filter, bias, target, channels, taps, lower, upper);
    } else {
      if (outX == 0 && padLeft == 1) fourPixelsStride2Left(start, lineStep, pixelBytes, filter, bias, target, channels, taps, lower, upper);
      else if (outX == last && right) fourPixelsStride2Right(start, lineStep, pixelBytes, filter, bias, target, channels, taps, lower, upper);
      else fourPixelsStride2Inside(start, lineStep, pixelBytes, filter, bias, target, channels, taps, lower, upper);
    }
    if (outX == last) break;
  }
}
