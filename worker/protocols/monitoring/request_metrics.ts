import { exponentialLimits, Histogram } from './histogram.ts';
import { renderLabels } from './prometheus.ts';

/** A request that was answered, in whatever way. */
export interface RequestRecord {
  readonly model: string;
  /** Whether the answer shows that there is such a model. */
  readonly isKnownModel: boolean;
  /** What answered; empty where no version was chosen. */
  readonly version: string;
  /** predict, classify, regress; empty for other requests, as in TensorFlow Serving. */
  readonly api: string;
  readonly httpStatus: number;
  readonly milliseconds: number;
  /** How many examples were computed. */
  readonly examples?: number;
}

const PREFIX = ':tensorflow:serving:';
const LATENCY_LIMITS = exponentialLimits(10, 1.8, 33);
const EXAMPLE_LIMITS = exponentialLimits(1, 2, 15);
const MICROSECONDS = 1000;

/**
 * Metrics under TensorFlow Serving's names, with a label `version` that it has not. Of one isolate, since it
 * began. Models count under their name once an answer has shown that they exist, all others without one: names
 * that clients make up cost no memory.
 *
 * On deployed Workers clocks stand still while code runs: latencies hold the time that was waited for storage
 * and bodies, not the time that was computed.
 */
export class RequestMetrics {
  readonly #models = new Set<string>();
  readonly #requests = new Map<string, number>();
  readonly #latencies = new Map<string, Histogram>();
  readonly #examples = new Map<string, { readonly counts: Histogram; total: number }>();

  record(request: RequestRecord): void {
    const { model, version, api, httpStatus, milliseconds, examples } = request;
    if (request.isKnownModel) this.#models.add(model);
    const model_name = this.#models.has(model) ? model : '';
    const status = canonicalCode(httpStatus);
    const counted = renderLabels({ model_name, status, version });
    this.#requests.set(counted, (this.#requests.get(counted) ?? 0) + 1);
    if (status !== 'OK') return;
    const timed = renderLabels({ model_name, API: api, entrypoint: 'REST', version });
    entry(this.#latencies, timed, () => new Histogram(LATENCY_LIMITS)).add(milliseconds * MICROSECONDS);
    if (examples === undefined) return;
    const labels = renderLabels({ model: model_name, version });
    const computed = entry(this.#examples, labels, () => ({
      counts: new Histogram(EXAMPLE_LIMITS),
      total: 0,
    }));
    computed.counts.add(examples);
    computed.total += examples;
  }

  /** All of them in Prometheus's text format. */
  render(): string {
    const examples = [...this.#examples];
    return [
      section('request_count', 'counter', this.#requests, (name, labels, count) => line(name, labels, count)),
      section('request_latency', 'histogram', this.#latencies, renderHistogram),
      section('request_example_counts', 'histogram', examples, (name, labels, { counts }) =>
        renderHistogram(name, labels, counts),
      ),
      section('request_example_count_total', 'counter', examples, (name, labels, { total }) =>
        line(name, labels, total),
      ),
    ].join('');
  }
}

function entry<Value>(map: Map<string, Value>, key: string, create: () => Value): Value {
  const found = map.get(key);
  if (found !== undefined) return found;
  const created = create();
  map.set(key, created);
  return created;
}

function section<Value>(
  name: string,
  type: string,
  entries: Iterable<readonly [labels: string, value: Value]>,
  render: (name: string, labels: string, value: Value) => string,
): string {
  const lines = [...entries].map(([labels, value]) => render(PREFIX + name, labels, value));
  return lines.length === 0 ? '' : `# TYPE ${PREFIX}${name} ${type}\n${lines.join('')}`;
}

function line(name: string, labels: string, value: number): string {
  return `${name}${labels} ${value}\n`;
}

function renderHistogram(name: string, labels: string, histogram: Histogram): string {
  return histogram.render(name, labels.slice(1, -1));
}

const CODES: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  404: 'NOT_FOUND',
  413: 'RESOURCE_EXHAUSTED',
  415: 'INVALID_ARGUMENT',
  501: 'UNIMPLEMENTED',
  503: 'UNAVAILABLE',
};

/** The name of TensorFlow's status code that an HTTP status stands for. */
function canonicalCode(httpStatus: number): string {
  return CODES[httpStatus] ?? 'UNKNOWN';
}
