import { Input, Output } from '../roles';
import { storeBytes } from './requantize';

/**
 * Copies bytes between two strided arrays of five dimensions. Up to 15 bytes behind the last are read. The parameters are
 * those of copy, in bytes.
 */
export function copy_bytes(
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
        let source = x + <usize>(i * x0 + j * x1 + k * x2);
        let target = y + <usize>(i * y0 + j * y1 + k * y2);
        for (let l = 0; l < size3; l++) {
          if ((x4 | y4) == 1) copyLine(source, target, size4);
          else copySteps(source, target, size4, <usize>x4, <usize>y4);
          source += <usize>x3;
          target += <usize>y3;
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function copyLine(x: usize, y: usize, count: i32): void {
  for (; count > 0; count -= 16) {
    storeBytes(y, v128.load(x), count);
    x += 16;
    y += 16;
  }
}

// @ts-ignore: decorator
@inline
function copySteps(x: usize, y: usize, count: i32, xStep: usize, yStep: usize): void {
  for (; count > 0; count--) {
    store<u8>(y, load<u8>(x));
    x += xStep;
    y += yStep;
  }
}

/**
 * Fills a vector of bytes with one value.
 *
 * @param y [count] in int8
 */
export function fill_bytes(y: Output, count: i32, value: i32): void {
  const bytes = i8x16.splat(<i8>value);
  for (; count > 0; count -= 16) {
    storeBytes(y, bytes, count);
    y += 16;
  }
}
