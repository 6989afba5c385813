type MetricKind = 'counter' | 'gauge';

export interface MetricSample {
  readonly name: string;
  readonly kind: MetricKind;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * Counters of one isolate since its start. Labels contain only models and versions that exist, so that their number is
 * bounded by what was published.
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

  /** Sets a gauge to the largest value so far. */
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
