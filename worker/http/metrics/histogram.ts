/** A distribution over buckets whose limits grow by a constant factor, as in TensorFlow's monitoring. */
export class Histogram {
  readonly #limits: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  constructor(limits: readonly number[]) {
    this.#limits = limits;
    this.#counts = Array.from({ length: limits.length + 1 }, () => 0);
  }

  add(value: number): void {
    const limits = this.#limits;
    let bucket = 0;
    while (bucket < limits.length && !(value <= (limits[bucket] ?? 0))) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += value;
  }

  /** Renders lines of Prometheus's text format. `labels` are rendered pairs without braces. */
  render(name: string, labels: string): string {
    let text = '';
    let cumulative = 0;
    for (const [bucket, count] of this.#counts.entries()) {
      cumulative += count;
      const limit = this.#limits[bucket];
      text += `${name}_bucket{${labels},le="${limit === undefined ? '+Inf' : limitText(limit)}"} ${cumulative}\n`;
    }
    return `${text}${name}_sum{${labels}} ${this.#sum}\n${name}_count{${labels}} ${cumulative}\n`;
  }
}

export function exponentialLimits(scale: number, factor: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => scale * factor ** index);
}

const DIGITS = 6;

/** Formats a limit as C's `%g`, as TensorFlow Serving prints it. */
function limitText(limit: number): string {
  if (limit < 10 ** DIGITS) return String(Number(limit.toPrecision(DIGITS)));
  const [mantissa = '', exponent = ''] = limit.toExponential(DIGITS - 1).split('e+');
  return `${Number(mantissa)}e+${exponent.padStart(2, '0')}`;
}
