import { leakyRelu } from './functions';
import { loadPartial, storePartial } from './vector';
import { Input, Output } from './roles';

export const enum BinaryOperation {
  add,
  subtract,
  multiply,
  divide,
  maximum,
  minimum,
  squaredDifference,
  prelu,
}

// Separate constants: for members of an enumeration, the compiler would generate more local variables.
const ADD = BinaryOperation.add;
const SUBTRACT = BinaryOperation.subtract;
const MULTIPLY = BinaryOperation.multiply;
const DIVIDE = BinaryOperation.divide;
const MAXIMUM = BinaryOperation.maximum;
const MINIMUM = BinaryOperation.minimum;
const SQUARED_DIFFERENCE = BinaryOperation.squaredDifference;
const PRELU = BinaryOperation.prelu;

// @ts-ignore: decorator
@inline
function compute(operation: i32, a: v128, b: v128): v128 {
  if (operation == ADD) return f32x4.add(a, b);
  if (operation == SUBTRACT) return f32x4.sub(a, b);
  if (operation == MULTIPLY) return f32x4.mul(a, b);
  if (operation == DIVIDE) return f32x4.div(a, b);
  if (operation == MAXIMUM) return f32x4.max(a, b);
  if (operation == MINIMUM) return f32x4.min(a, b);
  if (operation == SQUARED_DIFFERENCE) {
    const difference = f32x4.sub(a, b);
    return f32x4.mul(difference, difference);
  }
  return leakyRelu(a, b);
}

/** Computes one run of elements. A side that does not advance is a single element for all of them. */
// @ts-ignore: decorator
@inline
function line(operation: i32, a: usize, b: usize, c: usize, count: i32, aAdvances: bool, bAdvances: bool): void {
  let left = aAdvances ? f32x4.splat(0) : v128.load32_splat(a);
  let right = bAdvances ? f32x4.splat(0) : v128.load32_splat(b);
  for (; count >= 4; count -= 4) {
    if (aAdvances) {
      left = v128.load(a);
      a += 16;
    }
    if (bAdvances) {
      right = v128.load(b);
      b += 16;
    }
    v128.store(c, compute(operation, left, right));
    c += 16;
  }
  if (count > 0) {
    if (aAdvances) left = loadPartial(a, count);
    if (bAdvances) right = loadPartial(b, count);
    storePartial(c, compute(operation, left, right), count);
  }
}

// @ts-ignore: decorator
@inline
function lines(
  operation: i32,
  a: usize,
  b: usize,
  c: usize,
  size0: i32,
  size1: i32,
  size2: i32,
  size3: i32,
  a0: i32,
  a1: i32,
  a2: i32,
  a3: i32,
  b0: i32,
  b1: i32,
  b2: i32,
  b3: i32,
): void {
  const bytes = <usize>size3 << 2;
  for (let i = 0; i < size0; i++) {
    for (let j = 0; j < size1; j++) {
      let left = a + (<usize>(i * a0 + j * a1) << 2);
      let right = b + (<usize>(i * b0 + j * b1) << 2);
      for (let k = 0; k < size2; k++) {
        if (a3 == 0) line(operation, left, right, c, size3, false, true);
        else if (b3 == 0) line(operation, left, right, c, size3, true, false);
        else line(operation, left, right, c, size3, true, true);
        left += <usize>a2 << 2;
        right += <usize>b2 << 2;
        c += bytes;
      }
    }
  }
}

/**
 * Computes c = operation(a, b) with broadcasting. The result is dense and has four dimensions.
 *
 * @param a  float32
 * @param b  float32
 * @param c  [size0, size1, size2, size3] in float32
 * @param a0 to b3: floats from one element of a dimension to the next, 0 if the side is broadcast. In the last
 *   dimension 0 or 1, and not 0 on both sides. c may be a or b unless that side is broadcast.
 */
export function binary(
  operation: BinaryOperation,
  a: Input,
  b: Input,
  c: Output,
  size0: i32,
  size1: i32,
  size2: i32,
  size3: i32,
  a0: i32,
  a1: i32,
  a2: i32,
  a3: i32,
  b0: i32,
  b1: i32,
  b2: i32,
  b3: i32,
): void {
  switch (operation) {
    case ADD: lines(ADD, a, b, c, size0, size1, size2, size3, a0, a1, a2, a3, b0, b1, b2, b3); break;
    case SUBTRACT: lines(SUBTRACT, a, b, c, size0, size1, size2, size3, a0, a1, a2, a3, b0, b1, b2, b3); break;
    case MULTIPLY: lines(MULTIPLY, a, b, c, size0, size1, size2, size3, a0, a1, a2, a3, b0, b1, b2, b3); break;
    case DIVIDE: lines(DIVIDE, a, b, c, size0, size1, size2, size3, a0, a1, a2, a3, b0, b1, b2, b3); break;
    case MAXIMUM: lines(MAXIMUM, a, b, c, size0, size1, size2, size3, a0, a1, a2, a3, b0, b1, b2, b3); break;
    case MINIMUM: lines(MINIMUM, a, b, c, size0, size1, size2, size3, a0, a1, a2, a3, b0, b1, b2, b3); break;
    case SQUARED_DIFFERENCE: lines(SQUARED_DIFFERENCE, a, b, c, size0, size1, size2, size3, a0, a1, a2, a3, b0, b1, b2, b3); break;
    case PRELU: lines(PRELU, a, b, c, size0, size1, size2, size3, a0, a1, a2, a3, b0, b1, b2, b3); break;
    default: unreachable();
  }
}
