import { multiplyAdd } from './vector';

/** 1.5 * 2^23: adding it leaves a number rounded to an integer in the low bits. */
const ROUND: f32 = 12582912;

/**
 * 2^n for whole n from -150 to 128, in two factors, so that results below the normal range and infinity come out
 * right. `rounded` is n + ROUND.
 */
// @ts-ignore: decorator
@inline
function scaleByPower(x: v128, rounded: v128): v128 {
  const power = i32x4.sub(rounded, i32x4.splat(reinterpret<i32>(ROUND)));
  const half = i32x4.shr_s(power, 1);
  const one = i32x4.splat(127);
  const first = i32x4.shl(i32x4.add(half, one), 23);
  const second = i32x4.shl(i32x4.add(i32x4.sub(power, half), one), 23);
  return f32x4.mul(f32x4.mul(x, first), second);
}

/** exp(r) - 1 for |r| up to ln(2) / 2. Coefficients: Cephes, expf. */
// @ts-ignore: decorator
@inline
function expMinusOneReduced(r: v128): v128 {
  let p = f32x4.splat(1.9875691500e-4);
  p = multiplyAdd(p, r, f32x4.splat(1.3981999507e-3));
  p = multiplyAdd(p, r, f32x4.splat(8.3334519073e-3));
  p = multiplyAdd(p, r, f32x4.splat(4.1665795894e-2));
  p = multiplyAdd(p, r, f32x4.splat(1.6666665459e-1));
  p = multiplyAdd(p, r, f32x4.splat(5.0000001201e-1));
  return multiplyAdd(f32x4.mul(r, r), p, r);
}

// @ts-ignore: decorator
@inline
function reduced(x: v128, n: v128): v128 {
  return multiplyAdd(n, f32x4.splat(2.12194440e-4), multiplyAdd(n, f32x4.splat(-0.693359375), x));
}

// @ts-ignore: decorator
@inline
export function exponential(x: v128): v128 {
  const bounded = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-104)), f32x4.splat(89));
  const round = f32x4.splat(ROUND);
  const rounded = multiplyAdd(bounded, f32x4.splat(1.44269504089), round);
  const n = f32x4.sub(rounded, round);
  return scaleByPower(f32x4.add(expMinusOneReduced(reduced(bounded, n)), f32x4.splat(1)), rounded);
}

/** exp(x) - 1 for x up to 0, without the cancellation near 0. */
// @ts-ignore: decorator
@inline
function expMinusOneNegative(x: v128): v128 {
  const bounded = f32x4.pmax(x, f32x4.splat(-30));
  const round = f32x4.splat(ROUND);
  const one = f32x4.splat(1);
  const rounded = multiplyAdd(bounded, f32x4.splat(1.44269504089), round);
  const n = f32x4.sub(rounded, round);
  const power = i32x4.shl(i32x4.add(i32x4.sub(rounded, i32x4.splat(reinterpret<i32>(ROUND))), i32x4.splat(127)), 23);
  return multiplyAdd(expMinusOneReduced(reduced(bounded, n)), power, f32x4.sub(power, one));
}

// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exponential(f32x4.neg(x))));
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

/** A rational function that is within a few units in the last place. Coefficients: Eigen, ptanh_float. */
// @ts-ignore: decorator
@inline
export function hyperbolicTangent(value: v128): v128 {
  const limit: f32 = 7.90531110763549805;
  const x = f32x4.pmin(f32x4.pmax(value, f32x4.splat(-limit)), f32x4.splat(limit));
  const square = f32x4.mul(x, x);
  let p = f32x4.splat(-2.76076847742355e-16);
  p = multiplyAdd(p, square, f32x4.splat(2.00018790482477e-13));
  p = multiplyAdd(p, square, f32x4.splat(-8.60467152213735e-11));
  p = multiplyAdd(p, square, f32x4.splat(5.12229709037114e-8));
  p = multiplyAdd(p, square, f32x4.splat(1.48572235717979e-5));
  p = multiplyAdd(p, square, f32x4.splat(6.37261928875436e-4));
  p = multiplyAdd(p, square, f32x4.splat(4.89352455891786e-3));
  let q = f32x4.splat(1.19825839466702e-6);
  q = multiplyAdd(q, square, f32x4.splat(1.18534705686654e-4));
  q = multiplyAdd(q, square, f32x4.splat(2.2684346324390e-3));
  q = multiplyAdd(q, square, f32x4.splat(4.89352518554385e-3));
  return f32x4.div(f32x4.mul(x, p), q);
}

/** Coefficients: Eigen, erf for float. */
// @ts-ignore: decorator
@inline
export function errorFunction(value: v128): v128 {
  const x = f32x4.pmin(f32x4.pmax(value, f32x4.splat(-4)), f32x4.splat(4));
  const square = f32x4.mul(x, x);
  let p = f32x4.splat(-2.72614225801306e-10);
  p = multiplyAdd(p, square, f32x4.splat(2.77068142495902e-8));
  p = multiplyAdd(p, square, f32x4.splat(-2.10102402082508e-6));
  p = multiplyAdd(p, square, f32x4.splat(-5.69250639462346e-5));
  p = multiplyAdd(p, square, f32x4.splat(-7.34990630326855e-4));
  p = multiplyAdd(p, square, f32x4.splat(-2.95459980854025e-3));
  p = multiplyAdd(p, square, f32x4.splat(-1.60960333262415e-2));
  let q = f32x4.splat(-1.45660718464996e-5);
  q = multiplyAdd(q, square, f32x4.splat(-2.13374055278905e-4));
  q = multiplyAdd(q, square, f32x4.splat(-1.68282697438203e-3));
  q = multiplyAdd(q, square, f32x4.splat(-7.37332916720468e-3));
  q = multiplyAdd(q, square, f32x4.splat(-1.42647390514189e-2));
  return f32x4.div(f32x4.mul(x, p), q);
}
