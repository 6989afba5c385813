type MetricKind = 'counter' | 'gauge';

export interface MetricSample {
  readonly name: string;
  readonly kind: MetricKind;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * Counters of one isolate, since it began. Labels only ever carry models and versions that exist: their number
 * is bounded by what was published.
 */
export class Metrics {
  readonly #counters = new Map<string, { name: string; labels: Record<string, string>; value: number }>();
  readonly #peaks = new Map<string, { name: string; labels: Record<string, string>; value: number }>();

  count(name: string, labels: Record<string, string> = {}, by = 1): void {
    const key = `${name} ${JSON.stringify(labels)}`;
    const counter = this.#counters.get(key);
    if (counter === undefined) this.#counters.set(key, { name, labels, value: by });
    else counter.value += by;
  }

  /** A gauge that keeps the largest value it was given. */
  peak(name: string, labels: Record<string, string>, value: number): void {
    const key = `${name} ${JSON.stringify(labels)}`;
    const before = this.#peaks.get(key)?.value ?? Number.NEGATIVE_INFINITY;
    this.#peaks.set(key, { name, labels, value: Math.max(before, value) });
  }

  samples(): MetricSample[] {
    return [
      ...[...this.#counters.values()].map((counter) => ({ ...counter, kind: 'counter' as const })),
      ...[...this.#peaks.values()].map((peak) => ({ ...peak, kind: 'gauge' as const })),
    ];
  }
}
