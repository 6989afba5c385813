import {
  ERF_HIGHEST,
  ERF_LOWEST,
  ERF_P0,
  ERF_P1,
  ERF_P2,
  ERF_P3,
  ERF_P4,
  ERF_P5,
  ERF_P6,
  ERF_Q0,
  ERF_Q1,
  ERF_Q2,
  ERF_Q3,
  ERF_Q4,
  EXPONENT_BIAS,
  EXP_HIGHEST,
  EXP_LOWEST,
  EXP_MINUS_ONE_LOWEST,
  EXP_NORMAL_LOWEST,
  EXP_P0,
  EXP_P1,
  EXP_P2,
  EXP_P3,
  EXP_P4,
  EXP_P5,
  LN_2_HIGH,
  LN_2_LOW,
  LOG2_E,
  ONE,
  ROUND,
  TANH_HIGHEST,
  TANH_LOWEST,
  TANH_P0,
  TANH_P1,
  TANH_P2,
  TANH_P3,
  TANH_P4,
  TANH_P5,
  TANH_P6,
  TANH_Q0,
  TANH_Q1,
  TANH_Q2,
  TANH_Q3,
} from './constants';
import { multiplyAdd } from './vector';

/**
 * Multiplies x by 2^n for integers n from -150 to 128, in two steps, so that subnormal results and infinity are exact.
 * `rounded` is n + ROUND.
 */
// @ts-ignore: decorator
@inline
function scaleByPower(x: v128, rounded: v128): v128 {
  const power = i32x4.sub(rounded, ROUND);
  const half = i32x4.shr_s(power, 1);
  const first = i32x4.shl(i32x4.add(half, EXPONENT_BIAS), 23);
  const second = i32x4.shl(i32x4.add(i32x4.sub(power, half), EXPONENT_BIAS), 23);
  return f32x4.mul(f32x4.mul(x, first), second);
}

/** Returns exp(r) - 1 for |r| up to ln(2) / 2. The coefficients are those of Cephes's expf. */
// @ts-ignore: decorator
@inline
function expMinusOneReduced(r: v128): v128 {
  let p = EXP_P0;
  p = multiplyAdd(p, r, EXP_P1);
  p = multiplyAdd(p, r, EXP_P2);
  p = multiplyAdd(p, r, EXP_P3);
  p = multiplyAdd(p, r, EXP_P4);
  p = multiplyAdd(p, r, EXP_P5);
  return multiplyAdd(f32x4.mul(r, r), p, r);
}

// @ts-ignore: decorator
@inline
function reduced(x: v128, n: v128): v128 {
  return multiplyAdd(n, LN_2_LOW, multiplyAdd(n, LN_2_HIGH, x));
}

// @ts-ignore: decorator
@inline
export function exponential(x: v128): v128 {
  const bounded = f32x4.pmin(f32x4.pmax(x, EXP_LOWEST), EXP_HIGHEST);
  const rounded = multiplyAdd(bounded, LOG2_E, ROUND);
  const n = f32x4.sub(rounded, ROUND);
  return scaleByPower(f32x4.add(expMinusOneReduced(reduced(bounded, n)), ONE), rounded);
}

/** Returns exp(x) for x up to 0. One factor suffices for results in the normal range. Smaller results become 0. */
// @ts-ignore: decorator
@inline
export function exponentialOfNegative(x: v128): v128 {
  const bounded = f32x4.pmax(x, EXP_NORMAL_LOWEST);
  const rounded = multiplyAdd(bounded, LOG2_E, ROUND);
  const n = f32x4.sub(rounded, ROUND);
  const power = i32x4.shl(i32x4.add(i32x4.sub(rounded, ROUND), EXPONENT_BIAS), 23);
  return f32x4.mul(f32x4.add(expMinusOneReduced(reduced(bounded, n)), ONE), power);
}

/** Returns exp(x) - 1 for x up to 0, without cancellation near 0. */
// @ts-ignore: decorator
@inline
function expMinusOneNegative(x: v128): v128 {
  const bounded = f32x4.pmax(x, EXP_MINUS_ONE_LOWEST);
  const rounded = multiplyAdd(bounded, LOG2_E, ROUND);
  const n = f32x4.sub(rounded, ROUND);
  const power = i32x4.shl(i32x4.add(i32x4.sub(rounded, ROUND), EXPONENT_BIAS), 23);
  return multiplyAdd(expMinusOneReduced(reduced(bounded, n)), power, f32x4.sub(power, ONE));
}

// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  return f32x4.div(ONE, f32x4.add(ONE, exponential(f32x4.neg(x))));
}

// @ts-ignore: decorator
@inline
export function elu(x: v128, alpha: v128): v128 {
  const zero = f32x4.splat(0);
  const negative = f32x4.mul(alpha, expMinusOneNegative(f32x4.pmin(x, zero)));
  return v128.bitselect(negative, x, f32x4.le(x, zero));
}

// @ts-ignore: decorator
@inline
export function leakyRelu(x: v128, alpha: v128): v128 {
  return v128.bitselect(f32x4.mul(x, alpha), x, f32x4.lt(x, f32x4.splat(0)));
}

/**
 * Returns tanh(x) by a rational function with an error of a few units in the last place. The coefficients are those of
 * Eigen's ptanh_float.
 */
// @ts-ignore: decorator
@inline
export function hyperbolicTangent(value: v128): v128 {
  const x = f32x4.pmin(f32x4.pmax(value, TANH_LOWEST), TANH_HIGHEST);
  const square = f32x4.mul(x, x);
  let p = TANH_P0;
  p = multiplyAdd(p, square, TANH_P1);
  p = multiplyAdd(p, square, TANH_P2);
  p = multiplyAdd(p, square, TANH_P3);
  p = multiplyAdd(p, square, TANH_P4);
  p = multiplyAdd(p, square, TANH_P5);
  p = multiplyAdd(p, square, TANH_P6);
  let q = TANH_Q0;
  q = multiplyAdd(q, square, TANH_Q1);
  q = multiplyAdd(q, square, TANH_Q2);
  q = multiplyAdd(q, square, TANH_Q3);
  // Beyond its ends the quotient stays a few units in the last place off 1.
  const sign = v128.and(value, f32x4.splat(-0.0));
  const isEnd = f32x4.ge(f32x4.abs(value), TANH_HIGHEST);
  return v128.bitselect(v128.or(ONE, sign), f32x4.div(f32x4.mul(x, p), q), isEnd);
}

/** Returns erf(x) by a rational function. The coefficients are those of Eigen's erf for float. */
// @ts-ignore: decorator
@inline
export function errorFunction(value: v128): v128 {
  const x = f32x4.pmin(f32x4.pmax(value, ERF_LOWEST), ERF_HIGHEST);
  const square = f32x4.mul(x, x);
  let p = ERF_P0;
  p = multiplyAdd(p, square, ERF_P1);
  p = multiplyAdd(p, square, ERF_P2);
  p = multiplyAdd(p, square, ERF_P3);
  p = multiplyAdd(p, square, ERF_P4);
  p = multiplyAdd(p, square, ERF_P5);
  p = multiplyAdd(p, square, ERF_P6);
  let q = ERF_Q0;
  q = multiplyAdd(q, square, ERF_Q1);
  q = multiplyAdd(q, square, ERF_Q2);
  q = multiplyAdd(q, square, ERF_Q3);
  q = multiplyAdd(q, square, ERF_Q4);
  return f32x4.div(f32x4.mul(x, p), q);
}
