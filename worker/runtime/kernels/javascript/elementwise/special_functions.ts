import type { PlainKernel } from '../javascript_kernel.ts';
import { unary } from './unary.ts';

/** Abramowitz and Stegun 7.1.5 and 7.1.14: a series for small arguments, a continued fraction for large ones. */
function complementaryError(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x < 0) return 2 - complementaryError(-x);
  if (x > 28) return 0;
  if (x < 2) return 1 - error(x);
  let fraction = 0;
  for (let step = 60; step >= 1; step--) fraction = step / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}

function error(x: number): number {
  let [term, sum] = [x, x];
  for (let step = 1; Math.abs(term) > 1e-17 * Math.abs(sum) && step < 100; step++) {
    term *= (-x * x) / step;
    sum += term / (2 * step + 1);
    if (term === 0) break;
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/** Newton's steps from an approximation; the tail is measured by its distance from 1. */
function inverseError(y: number): number {
  if (Number.isNaN(y) || Math.abs(y) > 1) return Number.NaN;
  if (Math.abs(y) === 1) return y * Number.POSITIVE_INFINITY;
  if (y === 0) return y;
  const size = Math.abs(y);
  const log = Math.log((1 - size) * (1 + size));
  const part = 2 / (Math.PI * 0.147) + log / 2;
  let x = Math.sqrt(Math.sqrt(part * part - log / 0.147) - part);
  for (let step = 0; step < 4; step++) {
    const off = size < 0.9 ? error(x) - size : 1 - size - complementaryError(x);
    x -= off / ((2 / Math.sqrt(Math.PI)) * Math.exp(-x * x));
  }
  return Math.sign(y) * x;
}

/** The argument of the normal distribution with this probability. */
function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  return Math.SQRT2 * (p < 0.5 ? -tailQuantile(p) : tailQuantile(1 - p));
}

/** Where the complementary error function is twice a probability of at most one half. */
function tailQuantile(p: number): number {
  if (p === 0) return Number.POSITIVE_INFINITY;
  if (p > 0.05) return inverseError(1 - 2 * p);
  let x = Math.sqrt(-Math.log(2 * p));
  for (let step = 0; step < 8; step++) {
    const tail = complementaryError(x);
    // Newton's step for the logarithm, which is nearly a parabola.
    x += (Math.log(tail / (2 * p)) * tail) / ((2 / Math.sqrt(Math.PI)) * Math.exp(-x * x));
  }
  return x;
}

/** Lanczos's coefficients for g = 7. */
const LANCZOS = [
  676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** The logarithm of the absolute value of the gamma function. */
export function logGamma(x: number): number {
  if (Math.abs(x) === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  if (x <= 0 && Number.isInteger(x)) return Number.POSITIVE_INFINITY;
  if (x === 1 || x === 2) return 0;
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - logGamma(1 - x);
  const sum = LANCZOS.reduce(
    (total, coefficient, index) => total + coefficient / (x + index),
    0.99999999999980993,
  );
  const base = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(base) - base + Math.log(sum);
}

/** The derivative of that: large arguments have a series, and others are moved to them. */
export function digamma(x: number): number {
  if (x === Number.POSITIVE_INFINITY) return x;
  if (x <= 0 && Number.isInteger(x)) return Number.NaN;
  if (x < 0) return digamma(1 - x) - Math.PI / Math.tan(Math.PI * x);
  let [argument, below] = [x, 0];
  for (; argument < 10; argument++) below += 1 / argument;
  const square = 1 / (argument * argument);
  const series =
    square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square / 132))));
  return Math.log(argument) - 0.5 / argument - series - below;
}

/**
 * The modified Bessel function of an order, times exp(-|x|): an integral over a circle, whose points suffice for its
 * peak, which gets narrower with the root of the argument.
 */
function scaledBessel(order: 0 | 1, x: number): number {
  if (Number.isNaN(x)) return x;
  const size = Math.abs(x);
  const sign = order === 1 ? Math.sign(x) : 1;
  // The first terms of the series for large arguments.
  if (size > 1e5) return (sign * (1 - (4 * order - 1) / (8 * size))) / Math.sqrt(2 * Math.PI * size);
  const points = 64 + Math.ceil(12 * Math.sqrt(size));
  let sum = 0;
  for (let point = 0; point < points; point++) {
    const angle = ((point + 0.5) * Math.PI) / points;
    sum += Math.exp(size * (Math.cos(angle) - 1)) * Math.cos(order * angle);
  }
  return (sign * sum) / points;
}

/** Functions that tfjs does not have, in float64. */
export const SPECIAL_FUNCTIONS: Readonly<Record<string, PlainKernel>> = {
  BesselI0: unary('float32', (x) => scaledBessel(0, x) * Math.exp(Math.abs(x))),
  BesselI0e: unary('float32', (x) => scaledBessel(0, x)),
  BesselI1: unary('float32', (x) => scaledBessel(1, x) * Math.exp(Math.abs(x))),
  BesselI1e: unary('float32', (x) => scaledBessel(1, x)),
  Digamma: unary('float32', digamma),
  Erfc: unary('float32', complementaryError),
  Erfinv: unary('float32', inverseError),
  Lgamma: unary('float32', logGamma),
  Ndtri: unary('float32', normalQuantile),
};
