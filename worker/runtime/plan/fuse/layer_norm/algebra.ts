/**
 * A term of a layer normalization: factor * x^a * mean^b * root^c * vectors, with the row's mean and root = 1 /
 * sqrt(variance + epsilon) of the row.
 */
interface Term {
  readonly factor: number;
  readonly x: number;
  readonly mean: number;
  readonly root: number;
  /** The epsilon of the root; 0 without a root. */
  readonly epsilon: number;
  /** The addresses of constants along a row, sorted. */
  readonly vectors: readonly number[];
}

export type Sum = readonly Term[];

/** The addresses of a layer normalization's gain and offset; 0 for an absent one. */
export interface LayerNormParameters {
  readonly gamma: number;
  readonly beta: number;
  readonly epsilon: number;
}

const ONE: Term = { factor: 1, x: 0, mean: 0, root: 0, epsilon: 0, vectors: [] };

export const X: Sum = [{ ...ONE, x: 1 }];
export const MEAN: Sum = [{ ...ONE, mean: 1 }];
export const scalar = (factor: number): Sum => [{ ...ONE, factor }];
export const vector = (address: number): Sum => [{ ...ONE, vectors: [address] }];
/** Returns (variance + epsilon)^(-1/2), or its inverse for a power of -1. */
export const rootOf = (epsilon: number, root: -1 | 1): Sum => [{ ...ONE, root, epsilon }];

/** A layer normalization never has more terms. */
const MOST_TERMS = 6;

/**
 * Returns a + sign * b with like terms combined. Like all of these functions, it returns undefined if the result cannot
 * be part of a layer normalization.
 */
export function add(a: Sum, b: Sum, sign: -1 | 1): Sum | undefined {
  return together([...a, ...b.map((term) => ({ ...term, factor: sign * term.factor }))]);
}

export function multiply(a: Sum, b: Sum): Sum | undefined {
  const terms: Term[] = [];
  for (const left of a) {
    for (const right of b) {
      // Roots with different epsilons cannot be combined.
      if (left.root !== 0 && right.root !== 0 && left.epsilon !== right.epsilon) return undefined;
      const root = left.root + right.root;
      terms.push({
        factor: left.factor * right.factor,
        x: left.x + right.x,
        mean: left.mean + right.mean,
        root,
        epsilon: root === 0 ? 0 : Math.max(left.epsilon, right.epsilon),
        vectors: [...left.vectors, ...right.vectors].sort((one, other) => one - other),
      });
    }
  }
  return together(terms);
}

export function invert(sum: Sum): Sum | undefined {
  const [term, ...more] = sum;
  if (term === undefined || more.length > 0) return undefined;
  if (term.x !== 0 || term.mean !== 0 || term.vectors.length > 0) return undefined;
  return [{ ...term, factor: 1 / term.factor, root: -term.root }];
}

/** True for x - mean and mean - x, which have the same squares. */
export function isCentered(sum: Sum): boolean {
  const difference = add(X, MEAN, -1);
  return [sum, multiply(sum, scalar(-1))].some((each) => keyOf(each) === keyOf(difference));
}

/** Returns gamma and beta of x * root * gamma - mean * root * gamma + beta, or undefined for any other sum. */
export function layerNormParametersOf(sum: Sum): LayerNormParameters | undefined {
  const scaled = sum.find(({ x }) => x !== 0);
  const gamma = scaled?.vectors[0] ?? 0;
  const beta = sum.find(({ x, mean }) => x === 0 && mean === 0)?.vectors[0] ?? 0;
  const epsilon = scaled?.epsilon ?? 0;
  const difference = add(X, MEAN, -1);
  const normalized = difference && multiply(difference, rootOf(epsilon, 1));
  const multiplied = normalized && (gamma === 0 ? normalized : multiply(normalized, vector(gamma)));
  const whole = multiplied && (beta === 0 ? multiplied : add(multiplied, vector(beta), 1));
  return whole !== undefined && keyOf(sum) === keyOf(whole) ? { gamma, beta, epsilon } : undefined;
}

function together(terms: readonly Term[]): Sum | undefined {
  const sums = new Map<string, Term>();
  for (const term of terms) {
    const key = keyOf([{ ...term, factor: 1 }]);
    sums.set(key, { ...term, factor: (sums.get(key)?.factor ?? 0) + term.factor });
  }
  const sum = [...sums.values()].filter(({ factor }) => factor !== 0);
  const isKnown = sum.length > 0 && sum.length <= MOST_TERMS;
  return isKnown && sum.every(({ factor }) => Number.isFinite(factor)) ? sum : undefined;
}

/** Returns a text that is equal for equal sums. */
function keyOf(sum: Sum | undefined): string {
  return (sum ?? [])
    .map(({ factor, x, mean, root, epsilon, vectors }) => [factor, x, mean, root, epsilon, vectors].join(' '))
    .sort()
    .join(' + ');
}
