import type { NamedTensors, TensorValue } from '../../../model/tensor.ts';

/** How the floats of a probe are made, from uniform numbers in [0, 1). */
type Floats = (random: () => number, given: Float32Array) => Float32Array;

/** Powers of 2 from 2^-8 to 2^8. */
const POWERS = Float32Array.from({ length: 17 }, (_, index) => 2 ** (index - 8));
/** Bits of a float32 besides the leading one are 23: this leaves 7 for what differs. */
const NEARLY = 2 ** -16;

/**
 * How the first probes are made, which a plan in another order has to pass all of:
 * - on both sides of 0, of one magnitude;
 * - all nearly alike, so that sums that cancel leave what their order makes of rounding;
 * - of magnitudes that are far apart.
 */
export const REORDERED_PROBES = 3;
const FLOATS: readonly Floats[] = [
  (random, given) => given.map(() => 2 * random() - 1),
  (random, given) => given.map(() => 4 * (1 + NEARLY * (2 * random() - 1))),
  (random, given) =>
    given.map(() => {
      const power = POWERS[Math.floor(random() * POWERS.length)] ?? 1;
      return (random() < 0.5 ? -1 : 1) * power * (1 + random());
    }),
  // For models that are defined for fractions, or only near what they are asked for.
  (random, given) => given.map(() => random()),
  (random, given) =>
    given.map((value) => (Math.abs(value) <= LARGEST ? value : 1) * (1 + random() / 8) + random() / 8),
];
const LARGEST = 1e30;

/** Integers and booleans may be indices or divisors: they are chosen from those that were given. */
type Order = (position: number, count: number) => number;
const AS_GIVEN: Order = (position) => position;
const REVERSED: Order = (position, count) => count - 1 - position;
// Some of them twice and others not at all: a mean is the same in whatever order.
const FIRST_TWICE: Order = (position) => position >> 1;
const LAST_TWICE: Order = (position, count) => count - 1 - (position >> 1);
const ORDERS = [AS_GIVEN, REVERSED, FIRST_TWICE, LAST_TWICE];

/** Whether a request has floats, for which values can be made up. */
export function hasFloats(inputs: NamedTensors): boolean {
  return [...inputs.values()].some(({ dtype, values }) => dtype === 'float32' && values.length > 0);
}

/**
 * Inputs of a request's shapes and dtypes with values of the server's own, the same each time for the same shapes.
 * Integers and booleans are chosen from the request's; where there is nothing else, that is all that differs.
 *
 * @returns functions that make them, since each may be large
 */
export function probesLike(inputs: NamedTensors): readonly (() => NamedTensors)[] {
  if (!hasFloats(inputs)) return ORDERS.slice(1).map((order) => () => probe(inputs, undefined, order));
  return FLOATS.map(
    (floats, index) => () => probe(inputs, floats, ORDERS[index % ORDERS.length] ?? AS_GIVEN),
  );
}

function probe(inputs: NamedTensors, floats: Floats | undefined, order: Order): NamedTensors {
  const made = new Map<string, TensorValue>();
  for (const [name, value] of inputs) {
    switch (value.dtype) {
      case 'float32': {
        const random = randomNumbers(seedOf(name, value.shape));
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

/** Uniform in [0, 1): a linear congruential generator, whose low bits are not used. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}
