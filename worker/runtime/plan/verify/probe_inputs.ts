import type { NamedTensors, TensorValue } from '../../../model/tensor.ts';

/** Makes the floats of a probe. */
type Floats = (random: RandomNumbers, given: Float32Array) => Float32Array;

/** Powers of 2 from 2^-8 to 2^8. */
const POWERS = Float32Array.from({ length: 17 }, (_, index) => 2 ** (index - 8));
/** The relative range of nearly equal values: of float32's 23 explicit bits, 7 differ. */
const NEARLY = 2 ** -16;

/**
 * The number of first probes, all of which a plan with another order of sums must pass. Their values are:
 * - positive and negative, of one magnitude;
 * - nearly equal, so that canceling sums show the rounding errors of their order;
 * - of very different magnitudes.
 */
export const REORDERED_PROBES = 3;
const FLOATS: readonly Floats[] = [
  (random, { length }) => random.many(length, -1, 1),
  (random, { length }) => random.many(length, 4 * (1 - NEARLY), 4 * (1 + NEARLY)),
  (random, given) =>
    given.map(() => {
      const power = POWERS[Math.floor(random.next() * POWERS.length)] ?? 1;
      return (random.next() < 0.5 ? -1 : 1) * power * (1 + random.next());
    }),
  // For models that are defined only for fractions, or only near the request's values.
  (random, { length }) => random.many(length, 0, 1),
  (random, given) =>
    given.map(
      (value) => (Math.abs(value) <= LARGEST ? value : 1) * (1 + random.next() / 8) + random.next() / 8,
    ),
];
const LARGEST = 1e30;

/**
 * The order in which a probe takes integers and booleans from the request's. Other values might be invalid indices or
 * divisors.
 */
type Order = (position: number, count: number) => number;
const AS_GIVEN: Order = (position) => position;
const REVERSED: Order = (position, count) => count - 1 - position;
// Some values occur twice and others not at all, since a mere permutation would not change a mean.
const FIRST_TWICE: Order = (position) => position >> 1;
const LAST_TWICE: Order = (position, count) => count - 1 - (position >> 1);
const ORDERS = [AS_GIVEN, REVERSED, FIRST_TWICE, LAST_TWICE];

/** The integers or booleans of an input that a proof stores. */
export const MOST_STORED = 4096;
/** Repeats the first values, so that a probe of a large input can be stored. */
const REPEATED: Order = (position) => position % MOST_STORED;
/** The number of that probe: see storedProbesLike. */
export const REPEATED_PROBE = 1;

/** True if a request has floats, for which values can be generated. */
export function hasFloats(inputs: NamedTensors): boolean {
  return [...inputs.values()].some(({ dtype, values }) => dtype === 'float32' && values.length > 0);
}

/** True if a proof cannot store all integers and booleans of a request. */
export function isLarge(inputs: NamedTensors): boolean {
  return [...inputs.values()].some(
    ({ dtype, values }) => (dtype === 'int32' || dtype === 'bool') && values.length > MOST_STORED,
  );
}

/**
 * Generates inputs with a request's shapes and dtypes, the same for the same shapes. Integers and booleans are taken
 * from the request in another order, which is the only difference if the request has no floats.
 *
 * @returns functions that generate the inputs, since each may be large
 */
export function probesLike(inputs: NamedTensors): readonly (() => NamedTensors)[] {
  if (!hasFloats(inputs)) {
    const orders = isLarge(inputs) ? [REPEATED, ...ORDERS.slice(1)] : ORDERS.slice(1);
    return orders.map((order) => () => probe(inputs, undefined, order));
  }
  return FLOATS.map(
    (floats, index) => () => probe(inputs, floats, ORDERS[index % ORDERS.length] ?? AS_GIVEN),
  );
}

/**
 * Returns the functions that generate those probes that a stored proof can name by their numbers. Without floats, the first
 * one is the request itself.
 */
export function storedProbesLike(inputs: NamedTensors): readonly (() => NamedTensors)[] {
  const probes = probesLike(inputs);
  // The last one depends on the floats of the request.
  return hasFloats(inputs) ? probes.slice(0, FLOATS.length - 1) : [() => inputs, ...probes];
}

function probe(inputs: NamedTensors, floats: Floats | undefined, order: Order): NamedTensors {
  const made = new Map<string, TensorValue>();
  for (const [name, value] of inputs) {
    switch (value.dtype) {
      case 'float32': {
        const random = new RandomNumbers(seedOf(name, value.shape));
        made.set(name, { ...value, values: floats?.(random, value.values) ?? value.values });
        break;
      }
      case 'int32':
        made.set(name, {
          ...value,
          values: value.values.map((_, index, all) => all[order(index, all.length)] ?? 0),
        });
        break;
      case 'bool':
        made.set(name, {
          ...value,
          values: value.values.map((_, index, all) => all[order(index, all.length)] ?? 0),
        });
        break;
      case 'string':
        made.set(name, value);
    }
  }
  return made;
}

function seedOf(name: string, shape: readonly number[]): number {
  let seed = 0x811c9dc5;
  for (const character of `${name} ${shape}`) {
    seed = Math.imul(seed ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return seed;
}

/** Uniform numbers of a linear congruential generator, whose low bits are not used. */
class RandomNumbers {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** Returns the next number in [0, 1). */
  next(): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) | 0;
    return (this.#state >>> 8) / 2 ** 24;
  }

  /**
   * Returns the next numbers in [first, end). The loop calls nothing, since in a new isolate, where no code is optimized, a
   * probe of an image has a large part of the first answer.
   */
  many(count: number, first: number, end: number): Float32Array {
    const values = new Float32Array(count);
    const step = (end - first) / 2 ** 24;
    let state = this.#state;
    for (let index = 0; index < count; index++) {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      values[index] = first + step * (state >>> 8);
    }
    this.#state = state;
    return values;
  }
}
