import { quantileSorted } from 'simple-statistics';

/** The median of the repetitions of one measurement, and the range that contains four of five. */
export interface Summary {
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
  readonly count: number;
}

export function summarize(values: Iterable<number>): Summary {
  const sorted = [...values].sort((left, right) => left - right);
  return {
    median: quantileSorted(sorted, 0.5),
    p10: quantileSorted(sorted, 0.1),
    p90: quantileSorted(sorted, 0.9),
    count: sorted.length,
  };
}

export function quantile(values: Iterable<number>, share: number): number {
  return quantileSorted(
    [...values].sort((left, right) => left - right),
    share,
  );
}

/**
 * Compares two engines by the median of the ratios of each round. A slow phase of the machine affects both engines, so
 * the ratio is steadier than the figures.
 */
export function pairedRatio(left: readonly number[], right: readonly number[]): Summary {
  return summarize(paired(left, right, (a, b) => a / b));
}

/** The same with differences. */
export function pairedDifference(left: readonly number[], right: readonly number[]): Summary {
  return summarize(paired(left, right, (a, b) => a - b));
}

function paired(
  left: readonly number[],
  right: readonly number[],
  compare: (left: number, right: number) => number,
): number[] {
  if (left.length !== right.length) throw new Error('only what was measured in the same rounds compares');
  return left.map((value, round) => compare(value, right[round] ?? Number.NaN));
}
