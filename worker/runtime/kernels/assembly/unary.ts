import { HALF, ONE, ROOT_OF_HALF } from './constants';
import { clamp, loadPartial, storePartial } from './vector';
import { elu, errorFunction, exponential, hyperbolicTangent, leakyRelu, sigmoid } from './functions';
import { Input, Output } from './roles';

export const enum UnaryOperation {
  clamp,
  leakyRelu,
  elu,
  sigmoid,
  tanh,
  exp,
  erf,
  abs,
  negate,
  square,
  squareRoot,
  reciprocalSquareRoot,
  reciprocal,
  swish,
  gelu,
  hardSigmoid,
  hardSwish,
  selu,
}

const SELU_ALPHA: f32 = 1.7580993408473768;
const SELU_SCALE: f32 = 1.0507009873554805;

// @ts-ignore: decorator
@inline
function compute(operation: i32, x: v128, a: v128, b: v128): v128 {
  if (operation == UnaryOperation.clamp) return clamp(x, a, b);
  if (operation == UnaryOperation.leakyRelu) return leakyRelu(x, a);
  if (operation == UnaryOperation.elu) return elu(x, ONE);
  if (operation == UnaryOperation.sigmoid) return sigmoid(x);
  if (operation == UnaryOperation.tanh) return hyperbolicTangent(x);
  if (operation == UnaryOperation.exp) return exponential(x);
  if (operation == UnaryOperation.erf) return errorFunction(x);
  if (operation == UnaryOperation.abs) return f32x4.abs(x);
  if (operation == UnaryOperation.negate) return f32x4.neg(x);
  if (operation == UnaryOperation.square) return f32x4.mul(x, x);
  if (operation == UnaryOperation.squareRoot) return f32x4.sqrt(x);
  if (operation == UnaryOperation.reciprocalSquareRoot) return f32x4.div(ONE, f32x4.sqrt(x));
  if (operation == UnaryOperation.reciprocal) return f32x4.div(ONE, x);
  if (operation == UnaryOperation.swish) return f32x4.mul(x, sigmoid(x));
  if (operation == UnaryOperation.gelu) {
    return f32x4.mul(f32x4.mul(x, HALF), f32x4.add(ONE, errorFunction(f32x4.mul(x, ROOT_OF_HALF))));
  }
  if (operation == UnaryOperation.hardSigmoid) return clamp(f32x4.add(f32x4.mul(x, a), b), f32x4.splat(0), ONE);
  if (operation == UnaryOperation.hardSwish) {
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
 * Computes y = operation(x) for each element. y may be x.
 *
 * @param x     [count] in float32
 * @param y     [count] in float32
 * @param alpha the lower bound of clamp, the slope of leaky relu and hard sigmoid
 * @param beta  the upper bound of clamp, the offset of hard sigmoid
 */
export function unary(operation: UnaryOperation, x: Input, y: Output, count: i32, alpha: f32, beta: f32): void {
  const a = f32x4.splat(alpha);
  const b = f32x4.splat(beta);
  switch (operation) {
    case UnaryOperation.clamp: loop(UnaryOperation.clamp, x, y, count, a, b); break;
    case UnaryOperation.leakyRelu: loop(UnaryOperation.leakyRelu, x, y, count, a, b); break;
    case UnaryOperation.elu: loop(UnaryOperation.elu, x, y, count, a, b); break;
    case UnaryOperation.sigmoid: loop(UnaryOperation.sigmoid, x, y, count, a, b); break;
    case UnaryOperation.tanh: loop(UnaryOperation.tanh, x, y, count, a, b); break;
    case UnaryOperation.exp: loop(UnaryOperation.exp, x, y, count, a, b); break;
    case UnaryOperation.erf: loop(UnaryOperation.erf, x, y, count, a, b); break;
    case UnaryOperation.abs: loop(UnaryOperation.abs, x, y, count, a, b); break;
    case UnaryOperation.negate: loop(UnaryOperation.negate, x, y, count, a, b); break;
    case UnaryOperation.square: loop(UnaryOperation.square, x, y, count, a, b); break;
    case UnaryOperation.squareRoot: loop(UnaryOperation.squareRoot, x, y, count, a, b); break;
    case UnaryOperation.reciprocalSquareRoot: loop(UnaryOperation.reciprocalSquareRoot, x, y, count, a, b); break;
    case UnaryOperation.reciprocal: loop(UnaryOperation.reciprocal, x, y, count, a, b); break;
    case UnaryOperation.swish: loop(UnaryOperation.swish, x, y, count, a, b); break;
    case UnaryOperation.gelu: loop(UnaryOperation.gelu, x, y, count, a, b); break;
    case UnaryOperation.hardSigmoid: loop(UnaryOperation.hardSigmoid, x, y, count, a, b); break;
    case UnaryOperation.hardSwish: loop(UnaryOperation.hardSwish, x, y, count, a, b); break;
    case UnaryOperation.selu: loop(UnaryOperation.selu, x, y, count, a, b); break;
    default: unreachable();
  }
}
