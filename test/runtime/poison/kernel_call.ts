import fc from 'fast-check';
import { count, type Dtype, type Tensor } from '../oracle/tensor.ts';

export type Sample = Tensor;

/** A call of a kernel of tfjs's registry. */
export interface KernelCall {
  readonly kernel: string;
  readonly inputs: Readonly<Record<string, Sample>>;
  /** True for a kernel that takes a list of inputs instead of named inputs. */
  readonly isList: boolean;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** An input whose values are drawn later. */
export interface InputSpec {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** The range of integers, such as indices. */
  readonly range?: readonly [number, number];
  readonly values?: readonly number[];
  /** True if no value is below the one before. */
  readonly isSorted?: boolean;
}

/** A call that the server computes, unless it is changed. */
export interface CallSpec {
  readonly inputs: Readonly<Record<string, InputSpec>>;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly isList?: boolean;
  /** True if the server may refuse the call although TensorFlow computes it. */
  readonly mayRefuse?: boolean;
}

export type Calls = fc.Arbitrary<CallSpec>;

/** The numbers of a call: only small ones, or also infinities, NaN and the largest ones. */
export interface Drawing {
  readonly seed: number;
  readonly isWild: boolean;
}

const WILD_FLOATS = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  3e38,
  -3e38,
  1e-40,
  -0,
  0,
  1,
  -1,
];
const WILD_INTEGERS = [2 ** 31 - 1, -(2 ** 31), 2 ** 24 + 1, 0, 1, -1];

export function draw(kernel: string, spec: CallSpec, { seed, isWild }: Drawing): KernelCall {
  const random = generator(seed);
  const inputs = Object.entries(spec.inputs).map(
    ([name, input]) => [name, drawInput(input, random, isWild)] as const,
  );
  return {
    kernel,
    inputs: Object.fromEntries(inputs),
    isList: spec.isList === true,
    attributes: spec.attributes ?? {},
  };
}

function drawInput(spec: InputSpec, random: () => number, isWild: boolean): Sample {
  const { dtype, shape } = spec;
  const values = Array.from(
    { length: count(shape) },
    (_, place) => spec.values?.[place] ?? drawValue(spec, random, isWild),
  );
  return { dtype, shape, values: spec.isSorted === true ? values.sort((a, b) => a - b) : values };
}

function drawValue({ dtype, range }: InputSpec, random: () => number, isWild: boolean): number {
  const choose = (list: readonly number[]): number => list[Math.floor(random() * list.length)] ?? 0;
  if (range !== undefined) {
    const [low, high] = range;
    const drawn = low + random() * (high - low + (dtype === 'float32' ? 0 : 1));
    return dtype === 'float32' ? Math.fround(drawn) : Math.floor(drawn);
  }
  switch (dtype) {
    case 'bool':
      return Math.floor(random() * 2);
    case 'string':
      return Math.floor(random() * 5);
    case 'int32':
      return isWild && random() < 0.3 ? choose(WILD_INTEGERS) : Math.floor(random() * 19) - 9;
    case 'float32':
      return isWild && random() < 0.3 ? Math.fround(choose(WILD_FLOATS)) : Math.round(random() * 64 - 32) / 8;
  }
}

function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Sizes of dimensions: sometimes 0, and sizes around the vector widths of kernels. */
export const size: fc.Arbitrary<number> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 9, arbitrary: fc.constantFrom(1, 1, 2, 3, 4, 5, 7, 9) },
  { weight: 1, arbitrary: fc.constantFrom(16, 17, 33) },
);
export const positive: fc.Arbitrary<number> = fc.constantFrom(1, 2, 3, 4, 5, 7, 9);

export function shapes(least: number, most: number, sizes = size): fc.Arbitrary<number[]> {
  return fc.array(sizes, { minLength: least, maxLength: most });
}

export const floats = (shape: readonly number[]): InputSpec => ({ dtype: 'float32', shape });
export const integers = (shape: readonly number[], low: number, high: number): InputSpec => ({
  dtype: 'int32',
  shape,
  range: [low, high],
});
export const numbers = (values: readonly number[]): InputSpec => ({
  dtype: 'int32',
  shape: [values.length],
  values,
});
