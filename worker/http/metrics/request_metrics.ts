import { exponentialLimits, Histogram } from './histogram.ts';
import { renderLabels } from './prometheus.ts';

/** A request that was answered, with or without an error. */
export interface RequestRecord {
  readonly model: string;
  /** True if the answer shows that the model exists. */
  readonly isKnownModel: boolean;
  /** The version that answered; empty if none was chosen. */
  readonly version: string;
  /** predict, classify, regress or infer; empty for other requests, as in TensorFlow Serving. */
  readonly api: string;
  readonly httpStatus: number;
  readonly milliseconds: number;
  /** The number of examples that were computed. */
  readonly examples: number | undefined;
}

/** How often a version has answered in an isolate since it started, with or without an error. */
export interface RequestCounts {
  readonly model: string;
  readonly version: string;
  readonly isOk: boolean;
  readonly requests: number;
  /** The examples of all of them. */
  readonly examples: number;
  /** The time of all of them. */
  readonly milliseconds: number;
  /** The time of the last one, in milliseconds since 1970. */
  readonly lastAt: number;
}

const PREFIX = ':tensorflow:serving:';
const LATENCY_LIMITS = exponentialLimits(10, 1.8, 33);
const EXAMPLE_LIMITS = exponentialLimits(1, 2, 15);
const MICROSECONDS = 1000;

/**
 * Metrics under TensorFlow Serving's names, with an additional label `version`. They cover one isolate since its start.
 * A model counts under its name once an answer has shown that it exists. All other requests count without a name, so
 * that names that clients invent cost no memory.
 * On deployed Workers clocks stand still while code runs: latencies include the wait for storage and bodies, not the
 * time of computing.
 */
export class RequestMetrics {
  readonly #now: () => number;
  readonly #models = new Set<string>();
  readonly #requests = new Map<string, Counter>();
  readonly #latencies = new Map<string, Histogram>();
  readonly #examples = new Map<string, ExampleCounts>();
  /** Series by kind, model and version, so that a request does not build labels or keys. */
  readonly #series = new Map<string, Map<string, Series[]>>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  record(request: RequestRecord): void {
    const { model, version, api, httpStatus, milliseconds, examples } = request;
    if (request.isKnownModel) this.#models.add(model);
    const name = this.#models.has(model) ? model : '';
    const ofVersion = entry(entry(this.#series, name, createMap), version, createList);
    let series = ofVersion.find((each) => each.httpStatus === httpStatus && each.api === api);
    if (series === undefined) {
      series = this.#seriesOf(name, version, api, httpStatus);
      ofVersion.push(series);
    }
    series.requests.total += 1;
    series.count += 1;
    series.milliseconds += milliseconds;
    series.lastAt = this.#now();
    if (examples !== undefined) series.exampleCount += examples;
    series.latencies?.add(milliseconds * MICROSECONDS);
    if (examples === undefined || series.latencies === undefined) return;
    series.examples ??= entry(this.#examples, renderLabels({ model: name, version }), () => ({
      counts: new Histogram(EXAMPLE_LIMITS),
      total: 0,
    }));
    series.examples.counts.add(examples);
    series.examples.total += examples;
  }

  #seriesOf(model_name: string, version: string, api: string, httpStatus: number): Series {
    const status = canonicalCode(httpStatus);
    const requests = entry(this.#requests, renderLabels({ model_name, status, version }), () => ({
      total: 0,
    }));
    const none = { count: 0, milliseconds: 0, exampleCount: 0, lastAt: 0 };
    const kind = { api, httpStatus, requests, examples: undefined, ...none };
    if (status !== 'OK') return { ...kind, latencies: undefined };
    const timed = renderLabels({ model_name, API: api, entrypoint: 'REST', version });
    return { ...kind, latencies: entry(this.#latencies, timed, () => new Histogram(LATENCY_LIMITS)) };
  }

  /** Returns the counts of the requests that versions computed. */
  counts(): RequestCounts[] {
    const counts: RequestCounts[] = [];
    for (const [model, versions] of this.#series) {
      for (const [version, all] of versions) {
        if (model === '' || version === '') continue;
        for (const { api, httpStatus, count: requests, exampleCount: examples, ...times } of all) {
          const { milliseconds, lastAt } = times;
          const isOk = httpStatus === 200;
          if (api !== '') counts.push({ model, version, isOk, requests, examples, milliseconds, lastAt });
        }
      }
    }
    return counts;
  }

  /** Renders all metrics in Prometheus's text format. */
  render(): string {
    const examples = [...this.#examples];
    return [
      section('request_count', 'counter', this.#requests, (name, labels, { total }) =>
        line(name, labels, total),
      ),
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

interface Counter {
  total: number;
}

interface ExampleCounts extends Counter {
  readonly counts: Histogram;
}

interface Series {
  readonly api: string;
  readonly httpStatus: number;
  readonly requests: Counter;
  /** Only successful requests count. */
  readonly latencies: Histogram | undefined;
  examples: ExampleCounts | undefined;
  count: number;
  milliseconds: number;
  exampleCount: number;
  /** Milliseconds since 1970. */
  lastAt: number;
}

const createMap = () => new Map<string, Series[]>();
const createList = (): Series[] => [];

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
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  413: 'RESOURCE_EXHAUSTED',
  415: 'INVALID_ARGUMENT',
  501: 'UNIMPLEMENTED',
  503: 'UNAVAILABLE',
};

/** Returns the name of the TensorFlow status code for an HTTP status. */
function canonicalCode(httpStatus: number): string {
  return CODES[httpStatus] ?? 'UNKNOWN';
}
