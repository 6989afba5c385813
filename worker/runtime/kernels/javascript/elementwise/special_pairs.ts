import { broadcastOffset } from '../../broadcast_offset.ts';
import { makeOutput, type PlainKernel, valuesOf } from '../javascript_kernel.ts';
import { binary } from './arithmetic.ts';
import { digamma, logGamma } from './special_functions.ts';

const MOST_STEPS = 10_000;
/** Smaller than any denominator that a continued fraction may have. */
const TINY = 1e-300;

/** The share of the gamma function below x: a series where x is small, and a continued fraction where it is large. */
function lowerGamma(a: number, x: number): number {
  if (!(x >= 0 && a > 0)) return Number.NaN;
  if (x === 0) return 0;
  if (x === Number.POSITIVE_INFINITY) return a === x ? Number.NaN : 1;
  if (a === Number.POSITIVE_INFINITY) return 0;
  return x < a + 1 ? gammaSeries(a, x) : 1 - gammaFraction(a, x);
}

function upperGamma(a: number, x: number): number {
  if (!(x >= 0 && a > 0)) return Number.NaN;
  if (x === 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return a === x ? Number.NaN : 0;
  if (a === Number.POSITIVE_INFINITY) return 1;
  return x < a + 1 ? 1 - gammaSeries(a, x) : gammaFraction(a, x);
}

const gammaFactor = (a: number, x: number): number => Math.exp(a * Math.log(x) - x - logGamma(a));

function gammaSeries(a: number, x: number): number {
  let [term, sum] = [1 / a, 1 / a];
  for (let step = 1; step < MOST_STEPS && term > sum * 1e-17; step++) {
    term *= x / (a + step);
    sum += term;
  }
  return sum * gammaFactor(a, x);
}

function gammaFraction(a: number, x: number): number {
  const sum = continued((step) => [step === 0 ? 1 : step * (a - step), x + 2 * step + 1 - a]);
  return sum * gammaFactor(a, x);
}

/** Lentz's evaluation of a continued fraction by its numerators and denominators. */
function continued(part: (step: number) => readonly [numerator: number, denominator: number]): number {
  let [value, above, below] = [TINY, TINY, 0];
  for (let step = 0; step < MOST_STEPS; step++) {
    const [numerator, denominator] = part(step);
    below = 1 / (denominator + numerator * below || TINY);
    above = denominator + numerator / above || TINY;
    value *= above * below;
    if (Math.abs(above * below - 1) < 1e-16) break;
  }
  return value;
}

/** Bernoulli's numbers of even index, by which the sum of a tail is approximated. */
const BERNOULLI = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6];

/** Hurwitz's zeta function. The terms of a negative q are those of positive ones, with a sign. */
function zeta(x: number, q: number): number {
  if (x === 1) return Number.POSITIVE_INFINITY;
  if (!(x > 1) || Number.isNaN(q)) return Number.NaN;
  if (q <= 0) {
    if (Number.isInteger(q))
      return Number.isInteger(x) && x % 2 === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
    if (!Number.isInteger(x)) return Number.NaN;
    const below = Math.ceil(-q);
    const rest = q + below;
    const ofNegative = positiveZeta(x, 1 - rest) - positiveZeta(x, 1 - rest + below);
    return positiveZeta(x, rest) + (x % 2 === 0 ? ofNegative : -ofNegative);
  }
  return positiveZeta(x, q);
}

/** A sum of the first terms, and Euler and Maclaurin's formula for all others. */
function positiveZeta(x: number, q: number): number {
  let [sum, base] = [0, q];
  for (; base < 12; base++) sum += base ** -x;
  sum += base ** (1 - x) / (x - 1) + base ** -x / 2;
  let factor = x / base ** (x + 1);
  for (const [index, number] of BERNOULLI.entries()) {
    const step = 2 * index + 1;
    sum += (number / factorial(step + 1)) * factor;
    factor *= ((x + step) * (x + step + 1)) / (base * base);
  }
  return sum;
}

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));

/** A derivative of the digamma function. */
function polygamma(n: number, x: number): number {
  if (!Number.isInteger(n) || n < 0) return Number.NaN;
  if (n === 0) return digamma(x);
  return (n % 2 === 0 ? -1 : 1) * Math.exp(logGamma(n + 1)) * zeta(n + 1, x);
}

const bits = new Int32Array(1);
const float = new Float32Array(bits.buffer);

/** The float32 next to the first number in the direction of the second one. */
function nextAfter(from: number, to: number): number {
  if (Number.isNaN(from) || Number.isNaN(to)) return Number.NaN;
  if (from === to) return to;
  if (from === 0) return Math.sign(to) * 2 ** -149;
  float[0] = from;
  bits[0] = (bits[0] ?? 0) + (from < to === from > 0 ? 1 : -1);
  return float[0] ?? 0;
}

/** The share of the beta function below x. */
function betaShare(a: number, b: number, x: number): number {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1)) return Number.NaN;
  if (x === 0 || x === 1) return x;
  // The continued fraction converges on this side of the mean.
  return x < (a + 1) / (a + b + 2) ? betaFraction(a, b, x) : 1 - betaFraction(b, a, 1 - x);
}

function betaFraction(a: number, b: number, x: number): number {
  const logs = a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b);
  const sum = continued((step) => {
    if (step === 0) return [1, 1];
    const half = Math.floor(step / 2);
    const even = (half * (b - half) * x) / ((a + step - 1) * (a + step));
    const odd = (-(a + half) * (a + b + half) * x) / ((a + step - 1) * (a + step));
    return [step % 2 === 0 ? even : odd, 1];
  });
  return (Math.exp(logs) * sum) / a;
}

/** Of three tensors, which broadcast. */
const betaIntegral: PlainKernel = (backend, call, [output]) => {
  const parts = ['a', 'b', 'x'].map((name) => call.tensor(name));
  const result = makeOutput(backend, output);
  const [a, b, x] = parts.map((part) => {
    const values = valuesOf(backend, part);
    const offset = broadcastOffset(part.shape, result.shape);
    return (index: number): number => values[offset(index)] ?? 0;
  });
  const shares = valuesOf(backend, result);
  for (let index = 0; index < shares.length; index++)
    shares[index] = betaShare(a?.(index) ?? 0, b?.(index) ?? 0, x?.(index) ?? 0);
  return result;
};

/** Functions of two and three numbers that tfjs does not have, in float64. */
export const SPECIAL_PAIRS: Readonly<Record<string, PlainKernel>> = {
  Betainc: betaIntegral,
  Igamma: binary(['float32'], lowerGamma),
  Igammac: binary(['float32'], upperGamma),
  NextAfter: binary(['float32'], nextAfter),
  Polygamma: binary(['float32'], polygamma),
  Zeta: binary(['float32'], zeta),
};
