/** A repeatable stream of random numbers: the same seed gives the same values, everywhere. */
export interface SeededRandom {
  /** Uniform in [low, high). */
  uniform(low: number, high: number): number;
  /** Normal with the given mean and standard deviation. */
  normal(mean: number, deviation: number): number;
  /** A whole number in [0, bound). */
  integer(bound: number): number;
  /** A shuffled copy; the argument stays as it is. */
  shuffled<T>(values: readonly T[]): T[];
}

/**
 * Makes a generator from a 32 bit seed.
 * The algorithm is mulberry32 by Tommy Ettinger (public domain).
 */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;

  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  function integer(bound: number): number {
    return Math.floor(next() * bound);
  }

  return {
    uniform: (low, high) => low + (high - low) * next(),
    normal(mean, deviation) {
      // Box-Muller; 1 - u keeps the logarithm away from zero.
      const radius = Math.sqrt(-2 * Math.log(1 - next()));
      return mean + deviation * radius * Math.cos(2 * Math.PI * next());
    },
    integer,
    shuffled<T>(values: readonly T[]): T[] {
      const pool = [...values];
      const shuffled: T[] = [];
      while (pool.length > 0) shuffled.push(...pool.splice(integer(pool.length), 1));
      return shuffled;
    },
  };
}
