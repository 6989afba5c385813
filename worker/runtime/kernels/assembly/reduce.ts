import { exponentialOfNegative } from './functions';
import { loadPartial, loadUpTo, maximumOfLanes, multiplyAdd, storePartial, storeUpTo, sumOfLanes } from './vector';
import { Input, Output } from './roles';

/**
 * Computes the softmax of each row.
 *
 * @param x [rows, width] in float32
 * @param y [rows, width] in float32; may be x
 */
export function softmax(x: Input, y: Output, rows: i32, width: i32): void {
  const rowBytes = <usize>width << 2;
  const whole = rowBytes & ~15;
  const rest = width & 3;
  for (let row = 0; row < rows; row++) {
    const shift = f32x4.splat(largestOfLine(x, width));
    let sums = f32x4.splat(0);
    let otherSums = sums;
    let offset: usize = 0;
    for (; offset + 32 <= whole; offset += 32) {
      const value = exponentialOfNegative(f32x4.sub(v128.load(x + offset), shift));
      const other = exponentialOfNegative(f32x4.sub(v128.load(x + offset, 16), shift));
      v128.store(y + offset, value);
      v128.store(y + offset, other, 16);
      sums = f32x4.add(sums, value);
      otherSums = f32x4.add(otherSums, other);
    }
    if (offset < whole) {
      const value = exponentialOfNegative(f32x4.sub(v128.load(x + offset), shift));
      v128.store(y + offset, value);
      sums = f32x4.add(sums, value);
    }
    let sum = sumOfLanes(f32x4.add(sums, otherSums));
    if (rest > 0) {
      const value = exponentialOfNegative(f32x4.sub(loadPartial(x + whole, rest), shift));
      storePartial(y + whole, value, rest);
      sum += f32x4.extract_lane(value, 0);
      if (rest > 1) sum += f32x4.extract_lane(value, 1);
      if (rest > 2) sum += f32x4.extract_lane(value, 2);
    }
    const scale = f32x4.splat(1 / sum);
    for (let offset: usize = 0; offset < whole; offset += 16) {
      v128.store(y + offset, f32x4.mul(v128.load(y + offset), scale));
    }
    if (rest > 0) storePartial(y + whole, f32x4.mul(loadPartial(y + whole, rest), scale), rest);
    x += rowBytes;
    y += rowBytes;
  }
}

/** Returns the largest value. It may ignore NaN, since the exponential of that element is NaN in any case. */
function largestOfLine(x: usize, width: i32): f32 {
  let lanes = f32x4.splat(-Infinity);
  let others = lanes;
  let index = 0;
  for (; index + 8 <= width; index += 8) {
    lanes = f32x4.pmax(lanes, v128.load(x));
    others = f32x4.pmax(others, v128.load(x, 16));
    x += 32;
  }
  let largest = maximumOfLanes(f32x4.pmax(lanes, others));
  for (; index < width; index++) {
    largest = max(largest, load<f32>(x));
    x += 4;
  }
  return largest;
}

/**
 * Computes the layer normalization of each row: y = (x - mean) / sqrt(variance + epsilon) * gamma + beta.
 *
 * @param x     [rows, width] in float32
 * @param gamma [width] in float32, or 0
 * @param beta  [width] in float32, or 0
 * @param y     [rows, width] in float32; may be x
 */
export function layer_norm(x: Input, gamma: Input, beta: Input, y: Output, rows: i32, width: i32, epsilon: f32): void {
  const rowBytes = <usize>width << 2;
  const whole = rowBytes & ~15;
  const rest = width & 3;
  for (let row = 0; row < rows; row++) {
    const mean = sumOfLine(x, width) / <f32>width;
    const center = f32x4.splat(mean);
    const variance = squaresOfLine(x, center, width) / <f32>width;
    const scale = f32x4.splat(1 / sqrt<f32>(variance + epsilon));
    let offset: usize = 0;
    for (; offset < whole; offset += 16) {
      let value = f32x4.mul(f32x4.sub(v128.load(x + offset), center), scale);
      if (gamma != 0) value = f32x4.mul(value, v128.load(gamma + offset));
      if (beta != 0) value = f32x4.add(value, v128.load(beta + offset));
      v128.store(y + offset, value);
    }
    if (rest > 0) {
      let value = f32x4.mul(f32x4.sub(loadPartial(x + offset, rest), center), scale);
      if (gamma != 0) value = f32x4.mul(value, loadPartial(gamma + offset, rest));
      if (beta != 0) value = f32x4.add(value, loadPartial(beta + offset, rest));
      storePartial(y + offset, value, rest);
    }
    x += rowBytes;
    y += rowBytes;
  }
}

/** Returns the sum of (x - center)^2. It uses four sums, since each addition waits for the one before it. */
function squaresOfLine(x: usize, center: v128, width: i32): f32 {
  let sum0 = f32x4.splat(0);
  let sum1 = f32x4.splat(0);
  let sum2 = f32x4.splat(0);
  let sum3 = f32x4.splat(0);
  let index = 0;
  for (; index + 16 <= width; index += 16) {
    const difference0 = f32x4.sub(v128.load(x), center);
    const difference1 = f32x4.sub(v128.load(x, 16), center);
    const difference2 = f32x4.sub(v128.load(x, 32), center);
    const difference3 = f32x4.sub(v128.load(x, 48), center);
    sum0 = multiplyAdd(difference0, difference0, sum0);
    sum1 = multiplyAdd(difference1, difference1, sum1);
    sum2 = multiplyAdd(difference2, difference2, sum2);
    sum3 = multiplyAdd(difference3, difference3, sum3);
    x += 64;
  }
  for (; index + 4 <= width; index += 4) {
    const difference = f32x4.sub(v128.load(x), center);
    sum0 = multiplyAdd(difference, difference, sum0);
    x += 16;
  }
  let sum = sumOfLanes(f32x4.add(f32x4.add(sum0, sum1), f32x4.add(sum2, sum3)));
  for (; index < width; index++) {
    const difference = load<f32>(x) - f32x4.extract_lane(center, 0);
    sum += difference * difference;
    x += 4;
  }
  return sum;
}

function sumOfLine(x: usize, width: i32): f32 {
  let sum0 = f32x4.splat(0);
  let sum1 = f32x4.splat(0);
  let sum2 = f32x4.splat(0);
  let sum3 = f32x4.splat(0);
  let index = 0;
  for (; index + 16 <= width; index += 16) {
    sum0 = f32x4.add(sum0, v128.load(x));
    sum1 = f32x4.add(sum1, v128.load(x, 16));
    sum2 = f32x4.add(sum2, v128.load(x, 32));
    sum3 = f32x4.add(sum3, v128.load(x, 48));
    x += 64;
  }
  for (; index + 4 <= width; index += 4) {
    sum0 = f32x4.add(sum0, v128.load(x));
    x += 16;
  }
  let sum = sumOfLanes(f32x4.add(f32x4.add(sum0, sum1), f32x4.add(sum2, sum3)));
  for (; index < width; index++) {
    sum += load<f32>(x);
    x += 4;
  }
  return sum;
}

/**
 * Computes sums over the middle dimension.
 *
 * @param x     [outer, reduced, inner] in float32
 * @param y     [outer, inner] in float32
 * @param scale the factor of each sum: 1 for sums, 1 / reduced for means
 */
export function sum_middle(x: Input, y: Output, outer: i32, reduced: i32, inner: i32, scale: f32): void {
  const innerBytes = <usize>inner << 2;
  if (inner == 1) {
    for (let row = 0; row < outer; row++) {
      store<f32>(y, sumOfLine(x, reduced) * scale);
      x += <usize>reduced << 2;
      y += 4;
    }
    return;
  }
  const factor = f32x4.splat(scale);
  for (let image = 0; image < outer; image++) {
    let column = 0;
    for (; column + 8 <= inner; column += 8) {
      let source = x + (<usize>column << 2);
      let sum0 = f32x4.splat(0);
      let sum1 = f32x4.splat(0);
      for (let row = 0; row < reduced; row++) {
        sum0 = f32x4.add(sum0, v128.load(source));
        sum1 = f32x4.add(sum1, v128.load(source, 16));
        source += innerBytes;
      }
      const target = y + (<usize>column << 2);
      v128.store(target, f32x4.mul(sum0, factor));
      v128.store(target, f32x4.mul(sum1, factor), 16);
    }
    for (; column < inner; column += 4) {
      const left = inner - column;
      let source = x + (<usize>column << 2);
      let sum = f32x4.splat(0);
      for (let row = 0; row < reduced; row++) {
        sum = f32x4.add(sum, loadUpTo(source, left));
        source += innerBytes;
      }
      storeUpTo(y + (<usize>column << 2), f32x4.mul(sum, factor), left);
    }
    x += <usize>reduced * innerBytes;
    y += innerBytes;
  }
}
