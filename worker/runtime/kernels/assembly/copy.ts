import { loadPartial, multiplyAdd, loadUpTo, storePartial, storeUpTo } from './vector';
import { Input, Output, Scratch } from './roles';

/**
 * Copies 32-bit elements between two strided arrays of five dimensions. Slices, concatenation, padding and
 * transposition use it.
 *
 * @param x     the first element, of any 32-bit dtype
 * @param y     the destination of the first element
 * @param size0 to size4: the sizes of the dimensions
 * @param x0    to y4: elements from one step of a dimension to the next, positive or negative
 */
export function copy(
  x: Input,
  y: Output,
  size0: i32,
  size1: i32,
  size2: i32,
  size3: i32,
  size4: i32,
  x0: i32,
  x1: i32,
  x2: i32,
  x3: i32,
  x4: i32,
  y0: i32,
  y1: i32,
  y2: i32,
  y3: i32,
  y4: i32,
): void {
  for (let i = 0; i < size0; i++) {
    for (let j = 0; j < size1; j++) {
      for (let k = 0; k < size2; k++) {
        let source = x + (<usize>(i * x0 + j * x1 + k * x2) << 2);
        let target = y + (<usize>(i * y0 + j * y1 + k * y2) << 2);
        for (let l = 0; l < size3; l++) {
          if ((x4 | y4) == 1) copyLine(source, target, size4);
          else copySteps(source, target, size4, <usize>x4 << 2, <usize>y4 << 2);
          source += <usize>x3 << 2;
          target += <usize>y3 << 2;
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function copyLine(x: usize, y: usize, count: i32): void {
  for (; count >= 8; count -= 8) {
    const first = v128.load(x);
    const second = v128.load(x, 16);
    v128.store(y, first);
    v128.store(y, second, 16);
    x += 32;
    y += 32;
  }
  if (count >= 4) {
    v128.store(y, v128.load(x));
    x += 16;
    y += 16;
    count -= 4;
  }
  if (count > 0) storePartial(y, loadPartial(x, count), count);
}

// @ts-ignore: decorator
@inline
function copySteps(x: usize, y: usize, count: i32, xStep: usize, yStep: usize): void {
  for (; count > 0; count--) {
    store<u32>(y, load<u32>(x));
    x += xStep;
    y += yStep;
  }
}

/**
 * Fills a vector with one value.
 *
 * @param y [count] in float32
 */
export function fill(y: Output, count: i32, value: f32): void {
  const lanes = f32x4.splat(value);
  for (; count >= 4; count -= 4) {
    v128.store(y, lanes);
    y += 16;
  }
  if (count > 0) storePartial(y, lanes, count);
}

/** Returns the bytes of scratch that batch_norm needs: a factor and a summand for each channel. */
export function batch_norm_scratch_bytes(channels: i32): usize {
  return <usize>channels << 3;
}

/**
 * Computes y = (x - mean) / sqrt(variance + epsilon) * scale + offset for each channel.
 *
 * @param x        [rows, channels] in float32
 * @param mean     [channels] in float32
 * @param variance [channels] in float32
 * @param offset   [channels] in float32, or 0
 * @param scale    [channels] in float32, or 0
 * @param y        [rows, channels] in float32
 * @param scratch  batch_norm_scratch_bytes bytes
 */
export function batch_norm(
  x: Input,
  mean: Input,
  variance: Input,
  offset: Input,
  scale: Input,
  y: Output,
  rows: i32,
  channels: i32,
  epsilon: f32,
  scratch: Scratch,
): void {
  const factors = scratch;
  const shifts = scratch + (<usize>channels << 2);
  for (let channel = 0; channel < channels; channel++) {
    const at = <usize>channel << 2;
    let factor: f32 = 1 / sqrt<f32>(load<f32>(variance + at) + epsilon);
    if (scale != 0) factor *= load<f32>(scale + at);
    store<f32>(factors + at, factor);
    const shift: f32 = offset != 0 ? load<f32>(offset + at) : 0;
    store<f32>(shifts + at, shift - load<f32>(mean + at) * factor);
  }
  const rowBytes = <usize>channels << 2;
  for (let row = 0; row < rows; row++) {
    for (let channel = 0; channel < channels; channel += 4) {
      const at = <usize>channel << 2;
      const left = channels - channel;
      if (left >= 4) {
        v128.store(y + at, multiplyAdd(v128.load(x + at), v128.load(factors + at), v128.load(shifts + at)));
      } else {
        const value = multiplyAdd(loadUpTo(x + at, left), loadUpTo(factors + at, left), loadUpTo(shifts + at, left));
        storeUpTo(y + at, value, left);
      }
    }
    x += rowBytes;
    y += rowBytes;
  }
}
