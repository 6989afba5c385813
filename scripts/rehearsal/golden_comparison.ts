import { isDeepStrictEqual } from 'node:util';
import type { GoldenExample } from '../../worker/model/content.ts';
import type { DataType } from '../../worker/model/dtype.ts';
import type { Signature } from '../../worker/model/signature.ts';
import { NOT_FINITE } from './tensorflow_json.ts';

export type Outputs = Readonly<Record<string, unknown>>;

export interface Comparison {
  /** The largest disagreement of each output; empty if the outputs agree. */
  readonly disagreements: readonly string[];
  /** The largest absolute difference between two numbers; null if none were compared. */
  readonly largestDifference: number | null;
}

/** Covers the differences of compilers and processors in one float32 computation. */
const DEFAULT_TOLERANCE = 1e-4;

/**
 * Compares a model's outputs with golden ones. Floats may differ by the output's tolerance, multiplied by the golden
 * number's magnitude if that is above 1. Integers may differ only if a tolerance is given. All other values must be
 * equal. Outputs that the golden example does not name are ignored.
 */
export function compareOutputs(
  golden: Pick<GoldenExample, 'outputs' | 'tolerance' | 'tolerances'>,
  actual: Outputs,
  signature: Pick<Signature, 'outputs'>,
): Comparison {
  const disagreements: string[] = [];
  let largest: number | null = null;
  for (const [name, expected] of Object.entries(golden.outputs)) {
    if (!Object.hasOwn(actual, name)) {
      disagreements.push(`output ${name} is missing`);
      continue;
    }
    const dtype = signature.outputs[name]?.dtype ?? 'float32';
    const given = golden.tolerances?.[name] ?? golden.tolerance;
    const search = new Search(given ?? (dtype === 'float32' ? DEFAULT_TOLERANCE : 0), dtype);
    const ragged = search.compare(expected, actual[name], []);
    largest = max(largest, search.largest);
    if (ragged !== undefined) disagreements.push(`output ${name}: ${ragged}`);
    else if (search.worst !== undefined) disagreements.push(`output ${name}${search.describe()}`);
  }
  return { disagreements, largestDifference: largest };
}

/** Describes the values of each output that are not finite numbers. */
export function notFiniteValues(outputs: Outputs, signature: Pick<Signature, 'outputs'>): string[] {
  const found: string[] = [];
  for (const [name, values] of Object.entries(outputs)) {
    if (signature.outputs[name]?.dtype !== 'float32') continue;
    const flat = Array.isArray(values) ? values.flat(Number.POSITIVE_INFINITY) : [values];
    const wrong = flat.filter((value) => NOT_FINITE.includes(value));
    if (wrong.length > 0)
      found.push(`output ${name} has ${wrong[0]} in ${wrong.length} of ${flat.length} values`);
  }
  return found;
}

interface Difference {
  readonly path: readonly number[];
  readonly expected: unknown;
  readonly actual: unknown;
  /** The difference as a multiple of the tolerance; infinite for a value that is not a number. */
  readonly excess: number;
}

class Search {
  readonly #tolerance: number;
  readonly #dtype: DataType;
  largest: number | null = null;
  worst: Difference | undefined;
  #wrong = 0;

  constructor(tolerance: number, dtype: DataType) {
    this.#tolerance = tolerance;
    this.#dtype = dtype;
  }

  /** Compares two values. Returns a sentence if their shapes differ. */
  compare(expected: unknown, actual: unknown, path: readonly number[]): string | undefined {
    if (!Array.isArray(expected) || !Array.isArray(actual)) {
      if (Array.isArray(expected) !== Array.isArray(actual)) return 'it has a different number of dimensions';
      this.#compareValue(expected, actual, path);
      return undefined;
    }
    if (expected.length !== actual.length) {
      return `it has ${actual.length} elements and the golden one has ${expected.length}${place(path)}`;
    }
    for (const [index, member] of expected.entries()) {
      const fault = this.compare(member, actual[index], [...path, index]);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  #compareValue(expected: unknown, actual: unknown, path: readonly number[]): void {
    if (typeof expected === 'number' && typeof actual === 'number') {
      const difference = Math.abs(expected - actual);
      this.largest = max(this.largest, difference);
      const allowed = this.#tolerance * Math.max(1, Math.abs(expected));
      if (difference <= allowed) return;
      this.#note({ path, expected, actual, excess: difference / allowed });
    } else if (!isDeepStrictEqual(expected, actual)) {
      this.#note({ path, expected, actual, excess: Number.POSITIVE_INFINITY });
    }
  }

  #note(difference: Difference): void {
    this.#wrong++;
    if (this.worst === undefined || difference.excess > this.worst.excess) this.worst = difference;
  }

  describe(): string {
    if (this.worst === undefined) return '';
    const { path, expected, actual } = this.worst;
    const more = this.#wrong === 1 ? '' : `, and ${this.#wrong - 1} more`;
    const tolerance =
      typeof expected === 'number' && this.#dtype !== 'bool' ? ` (tolerance ${this.#tolerance})` : '';
    return `${place(path)} is ${show(actual)} and not ${show(expected)}${tolerance}${more}`;
  }
}

function max(left: number | null, right: number | null): number | null {
  if (left === null || right === null) return left ?? right;
  return Math.max(left, right);
}

function place(path: readonly number[]): string {
  return path.length === 0 ? '' : ` at [${path.join(', ')}]`;
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 60);
}
