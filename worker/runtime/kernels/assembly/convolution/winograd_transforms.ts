import { clamp, loadUpTo, multiplyAdd, storeUpTo } from '../vector';
import { Input, Output } from '../roles';

/**
 * The transforms interpolate at the points 0, A, -A, B, -B and infinity. With these, the error is about a third larger
 * than that of the plain sum. With the usual 1 and 2 it would be twice as large. Their powers are exact.
 */
const A: f32 = 0.75;
const B: f32 = 1.5;

// @ts-ignore: decorator
@inline
export function paddedColumns(outChannels: i32): i32 {
  return (outChannels + 7) & ~7;
}

/**
 * Transforms a filter that is packed as for conv2d into the six matrices of winograd_conv2d. Each of the six sums adds
 * the three taps times powers of its point, divided by the product of the point's distances from the others.
 *
 * @param packed      [filterHeight * 3 * channels, outChannels] in float32, packed by pack_b
 * @param transformed six times packed_bytes(filterHeight * channels, outChannels) bytes
 */
export function winograd_weights(
  packed: Input,
  transformed: Output,
  filterHeight: i32,
  channels: i32,
  outChannels: i32,
): void {
  const a: f64 = A;
  const b: f64 = B;
  const first = 1 / (a * a * b * b);
  const byA = 1 / (2 * a * a * (a * a - b * b));
  const byB = 1 / (2 * b * b * (b * b - a * a));
  // A panel contains the rows of the filter. Each row has three taps of so many channels of eight columns.
  const rows = (paddedColumns(outChannels) >>> 3) * filterHeight;
  const tapBytes = <usize>channels << 5;
  const plane = <usize>rows * tapBytes;
  for (let row = 0; row < rows; row++) {
    for (const end = packed + tapBytes; packed < end; packed += 4) {
      const tap0 = <f64>load<f32>(packed);
      const tap1 = <f64>load<f32>(packed + tapBytes);
      const tap2 = <f64>load<f32>(packed + 2 * tapBytes);
      let to = transformed;
      store<f32>(to, <f32>(first * tap0));
      to += plane;
      store<f32>(to, <f32>(byA * (tap0 + a * tap1 + a * a * tap2)));
      to += plane;
      store<f32>(to, <f32>(byA * (tap0 - a * tap1 + a * a * tap2)));
      to += plane;
      store<f32>(to, <f32>(byB * (tap0 + b * tap1 + b * b * tap2)));
      to += plane;
      store<f32>(to, <f32>(byB * (tap0 - b * tap1 + b * b * tap2)));
      to += plane;
      store<f32>(to, <f32>tap2);
      transformed += 4;
    }
    packed += 2 * tapBytes;
  }
}

/** Transforms each row of an image: six sums of six adjacent pixels, in steps of four pixels. */
export function transformImage(
  x: usize,
  transformed: usize,
  zeros: usize,
  height: i32,
  width: i32,
  channels: i32,
  tiles: i32,
  padLeft: i32,
  planeBytes: usize,
): void {
  const pixelBytes = <usize>channels << 2;
  const a = f32x4.splat(A);
  const b = f32x4.splat(B);
  const minusA2 = f32x4.splat(-A * A);
  const minusB2 = f32x4.splat(-B * B);
  const minusSum = f32x4.splat(-A * A - B * B);
  const product = f32x4.splat(A * A * B * B);
  for (let row = 0; row < height; row++) {
    for (let tile = 0; tile < tiles; tile++) {
      const left = (tile << 2) - padLeft;
      const x0 = pixelOr(zeros, x, left, width, pixelBytes);
      const x1 = pixelOr(zeros, x, left + 1, width, pixelBytes);
      const x2 = pixelOr(zeros, x, left + 2, width, pixelBytes);
      const x3 = pixelOr(zeros, x, left + 3, width, pixelBytes);
      const x4 = pixelOr(zeros, x, left + 4, width, pixelBytes);
      const x5 = pixelOr(zeros, x, left + 5, width, pixelBytes);
      for (let channel = 0; channel < channels; channel += 4) {
        const at = <usize>channel << 2;
        const count = channels - channel;
        const d0 = loadUpTo(x0 + at, count);
        const d1 = loadUpTo(x1 + at, count);
        const d2 = loadUpTo(x2 + at, count);
        const d3 = loadUpTo(x3 + at, count);
        const d4 = loadUpTo(x4 + at, count);
        const d5 = loadUpTo(x5 + at, count);
        const evenA = multiplyAdd(d2, minusB2, d4);
        const oddA = f32x4.mul(a, multiplyAdd(d1, minusB2, d3));
        const evenB = multiplyAdd(d2, minusA2, d4);
        const oddB = f32x4.mul(b, multiplyAdd(d1, minusA2, d3));
        let to = transformed + at;
        storeUpTo(to, multiplyAdd(d0, product, multiplyAdd(d2, minusSum, d4)), count);
        to += planeBytes;
        storeUpTo(to, f32x4.add(evenA, oddA), count);
        to += planeBytes;
        storeUpTo(to, f32x4.sub(evenA, oddA), count);
        to += planeBytes;
        storeUpTo(to, f32x4.add(evenB, oddB), count);
        to += planeBytes;
        storeUpTo(to, f32x4.sub(evenB, oddB), count);
        to += planeBytes;
        storeUpTo(to, multiplyAdd(d1, product, multiplyAdd(d3, minusSum, d5)), count);
      }
      transformed += pixelBytes;
    }
    x += <usize>width * pixelBytes;
  }
}

// @ts-ignore: decorator
@inline
function pixelOr(zeros: usize, line: usize, column: i32, width: i32, pixelBytes: usize): usize {
  return column >= 0 && column < width ? line + <usize>column * pixelBytes : zeros;
}

/** Computes up to four results from the six products of a tile. */
export function putTogether(
  products: usize,
  plane: usize,
  bias: usize,
  residual: usize,
  y: usize,
  channels: i32,
  pixels: i32,
  lower: f32,
  upper: f32,
): void {
  const pixelBytes = <usize>channels << 2;
  const lowest = f32x4.splat(lower);
  const highest = f32x4.splat(upper);
  const a = f32x4.splat(A);
  const b = f32x4.splat(B);
  const a2 = f32x4.splat(A * A);
  const b2 = f32x4.splat(B * B);
  const a3 = f32x4.splat(A * A * A);
  const b3 = f32x4.splat(B * B * B);
  for (let channel = 0; channel < channels; channel += 4) {
    const at = <usize>channel << 2;
    const count = channels - channel;
    let from = products + at;
    const m0 = v128.load(from);
    from += plane;
    const m1 = v128.load(from);
    from += plane;
    const m2 = v128.load(from);
    from += plane;
    const m3 = v128.load(from);
    from += plane;
    const m4 = v128.load(from);
    from += plane;
    const m5 = v128.load(from);
    const evenA = f32x4.add(m1, m2);
    const oddA = f32x4.sub(m1, m2);
    const evenB = f32x4.add(m3, m4);
    const oddB = f32x4.sub(m3, m4);
    const start = bias != 0 ? loadUpTo(bias + at, count) : f32x4.splat(0);
    let target = y + at;
    let added: usize = residual != 0 ? residual + at : 0;
    put(target, f32x4.add(f32x4.add(f32x4.add(m0, evenA), evenB), start), added, count, lowest, highest);
    if (pixels == 1) continue;
    target += pixelBytes;
    if (added != 0) added += pixelBytes;
    put(target, multiplyAdd(oddA, a, multiplyAdd(oddB, b, start)), added, count, lowest, highest);
    if (pixels == 2) continue;
    target += pixelBytes;
    if (added != 0) added += pixelBytes;
    put(target, multiplyAdd(evenA, a2, multiplyAdd(evenB, b2, start)), added, count, lowest, highest);
    if (pixels == 3) continue;
    target += pixelBytes;
    if (added != 0) added += pixelBytes;
    put(target, multiplyAdd(oddA, a3, multiplyAdd(oddB, b3, f32x4.add(m5, start))), added, count, lowest, highest);
  }
}

// @ts-ignore: decorator
@inline
function put(y: usize, value: v128, residual: usize, count: i32, lowest: v128, highest: v128): void {
  if (residual != 0) value = f32x4.add(value, loadUpTo(residual, count));
  storeUpTo(y, clamp(value, lowest, highest), count);
}
