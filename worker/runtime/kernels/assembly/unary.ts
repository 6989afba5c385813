import { HALF, ONE, ROOT_OF_HALF } from './constants';
import { clamp, loadPartial, storePartial } from './vector';
import { elu, errorFunction, exponential, hyperbolicTangent, leakyRelu, sigmoid } from './functions';

/** Numbers of the operations, the same as in ../operations.ts. */
const CLAMP = 0;
const LEAKY_RELU = 1;
const ELU = 2;
const SIGMOID = 3;
const TANH = 4;
const EXP = 5;
const ERF = 6;
const ABS = 7;
const NEGATE = 8;
const SQUARE = 9;
const SQRT = 10;
const RECIPROCAL_SQRT = 11;
const RECIPROCAL = 12;
const SWISH = 13;
const GELU = 14;
const HARD_SIGMOID = 15;
const HARD_SWISH = 16;
const SELU = 17;

const SELU_ALPHA: f32 = 1.7580993408473768;
const SELU_SCALE: f32 = 1.0507009873554805;

// @ts-ignore: decorator
@inline
function compute(operation: i32, x: v128, a: v128, b: v128): v128 {
  if (operation == CLAMP) return clamp(x, a, b);
  if (operation == LEAKY_RELU) return leakyRelu(x, a);
  if (operation == ELU) return elu(x, ONE);
  if (operation == SIGMOID) return sigmoid(x);
  if (operation == TANH) return hyperbolicTangent(x);
  if (operation == EXP) return exponential(x);
  if (operation == ERF) return errorFunction(x);
  if (operation == ABS) return f32x4.abs(x);
  if (operation == NEGATE) return f32x4.neg(x);
  if (operation == SQUARE) return f32x4.mul(x, x);
  if (operation == SQRT) return f32x4.sqrt(x);
  if (operation == RECIPROCAL_SQRT) return f32x4.div(ONE, f32x4.sqrt(x));
  if (operation == RECIPROCAL) return f32x4.div(ONE, x);
  if (operation == SWISH) return f32x4.mul(x, sigmoid(x));
  if (operation == GELU) {
    return f32x4.mul(f32x4.mul(x, HALF), f32x4.add(ONE, errorFunction(f32x4.mul(x, ROOT_OF_HALF))));
  }
  if (operation == HARD_SIGMOID) return clamp(f32x4.add(f32x4.mul(x, a), b), f32x4.splat(0), ONE);
  if (operation == HARD_SWISH) {
    const gate = clamp(f32x4.add(x, f32x4.splat(3)), f32x4.splat(0), f32x4.splat(6));
    return f32x4.mul(f32x4.mul(x, gate), f32x4.splat(0.16666667));
  }
  return f32x4.mul(elu(x, f32x4.splat(SELU_ALPHA / SELU_SCALE)), f32x4.splat(SELU_SCALE));
}

// @ts-ignore: decorator
@inline
function loop(operation: i32, x: usize, y: usize, count: i32, a: v128, b: v128): void {
  for (; count >= 8; count -= 8) {
    const first = compute(operation, v128.load(x), a, b);
    const second = compute(operation, v128.load(x, 16), a, b);
    v128.store(y, first);
    v128.store(y, second, 16);
    x += 32;
    y += 32;
  }
  if (count >= 4) {
    v128.store(y, compute(operation, v128.load(x), a, b));
    x += 16;
    y += 16;
    count -= 4;
  }
  if (count > 0) storePartial(y, compute(operation, loadPartial(x, count), a, b), count);
}

/**
 * y = operation(x), element by element. y may be x.
 *
 * @param alpha the lower bound of clamp, the slope of leaky relu and hard sigmoid
 * @param beta  the upper bound of clamp, the offset of hard sigmoid
 */
export function unary(operation: i32, x: usize, y: usize, count: i32, alpha: f32, beta: f32): void {
  const a = f32x4.splat(alpha);
  const b = f32x4.splat(beta);
  switch (operation) {
    case CLAMP: loop(CLAMP, x, y, count, a, b); break;
    case LEAKY_RELU: loop(LEAKY_RELU, x, y, count, a, b); break;
    case ELU: loop(ELU, x, y, count, a, b); break;
    case SIGMOID: loop(SIGMOID, x, y, count, a, b); break;
    case TANH: loop(TANH, x, y, count, a, b); break;
    case EXP: loop(EXP, x, y, count, a, b); break;
    case ERF: loop(ERF, x, y, count, a, b); break;
    case ABS: loop(ABS, x, y, count, a, b); break;
    case NEGATE: loop(NEGATE, x, y, count, a, b); break;
    case SQUARE: loop(SQUARE, x, y, count, a, b); break;
    case SQRT: loop(SQRT, x, y, count, a, b); break;
    case RECIPROCAL_SQRT: loop(RECIPROCAL_SQRT, x, y, count, a, b); break;
    case RECIPROCAL: loop(RECIPROCAL, x, y, count, a, b); break;
    case SWISH: loop(SWISH, x, y, count, a, b); break;
    case GELU: loop(GELU, x, y, count, a, b); break;
    case HARD_SIGMOID: loop(HARD_SIGMOID, x, y, count, a, b); break;
    case HARD_SWISH: loop(HARD_SWISH, x, y, count, a, b); break;
    case SELU: loop(SELU, x, y, count, a, b); break;
    default: unreachable();
  }
}
