import { type DataPoint, dataPoint } from './data_point.ts';
import type { Role } from './report/traffic_report.ts';

/** The lifetime of the request that a data point is about, as in Workers' ExecutionContext. */
interface Lifetime {
  waitUntil(promise: Promise<unknown>): void;
}

/** Stores a data point. */
export type WriteDataPoint = (point: DataPoint, lifetime: Lifetime) => void;

/** What is recorded of a request that was answered, with or without an error. */
export interface RecordedRequest {
  readonly model: string;
  /** True if the answer shows that the model exists. */
  readonly isKnownModel: boolean;
  /** Empty if no version was chosen. */
  readonly version: string;
  readonly generation: number;
  readonly role: Role;
  /** predict, classify, regress, infer, or rpc for calls of other Workers. */
  readonly protocol: string;
  readonly status: number;
  readonly location: string;
  /** The name of the API key, or an empty text. */
  readonly key: string;
  readonly waits: {
    readonly latency: number;
    readonly body: number;
    readonly pointer: number;
    readonly load: number;
    readonly compute: number;
    readonly encode: number;
  };
  readonly examples: number;
  readonly requestBytes: number;
  readonly answerBytes: number;
}

/** What is recorded of a computation that a shadow repeated. */
export interface RecordedShadow {
  readonly model: string;
  readonly version: string;
  readonly outcome: 'compared' | 'incomparable' | 'failed' | 'dropped';
  readonly rows: number;
  readonly mismatchedRows: number;
  readonly largestAbsolute: number;
  readonly largestRelative: number;
}

export interface TrafficRecorderOptions {
  readonly write: WriteDataPoint;
  /** One request in this many is recorded. Its data point has this weight. */
  readonly oneIn: number;
  /** A random name of this isolate. */
  readonly isolate: string;
  /** Returns a number from 0 to 1. */
  readonly random: () => number;
}

const NOT_COMPARED = { rows: 0, mismatchedRows: 0, largestAbsolute: 0, largestRelative: 0 };

/** Records a sample of the requests of one isolate as data points. */
export class TrafficRecorder {
  readonly #options: TrafficRecorderOptions;
  readonly #models = new Set<string>();

  constructor(options: TrafficRecorderOptions) {
    this.#options = options;
  }

  /** Draws whether the next request is recorded. */
  draws(): boolean {
    const { oneIn, random } = this.#options;
    return oneIn === 1 || random() * oneIn < 1;
  }

  /**
   * Records a request that was drawn. A request for a model that no answer has shown to exist is left out: clients can
   * invent names.
   */
  recordRequest(request: RecordedRequest, lifetime: Lifetime): void {
    const { model, isKnownModel, protocol, status, waits, ...rest } = request;
    if (isKnownModel) this.#models.add(model);
    else if (!this.#models.has(model)) return;
    const { write, oneIn, isolate } = this.#options;
    const outcome = status < 400 ? 'ok' : status < 500 ? 'client error' : 'server error';
    const point = { ...NOT_COMPARED, ...waits, ...rest, kind: 'request', model, protocol, outcome, status };
    write(dataPoint({ ...point, isolate, weight: oneIn }), lifetime);
  }

  /** Records a shadow's computation, unless it is not drawn. */
  recordShadow({ largestAbsolute, largestRelative, ...rest }: RecordedShadow, lifetime: Lifetime): void {
    if (!this.draws()) return;
    const { write, oneIn, isolate } = this.#options;
    write(
      dataPoint({
        ...rest,
        ...NO_REQUEST,
        kind: 'shadow',
        isolate,
        weight: oneIn,
        largestAbsolute: finite(largestAbsolute),
        largestRelative: finite(largestRelative),
      }),
      lifetime,
    );
  }
}

const NO_REQUEST = {
  role: 'none',
  generation: 0,
  protocol: '',
  location: '',
  key: '',
  status: 0,
  latency: 0,
  body: 0,
  pointer: 0,
  load: 0,
  compute: 0,
  encode: 0,
  examples: 0,
  requestBytes: 0,
  answerBytes: 0,
};

/** Analytics Engine stores finite numbers. The largest one stands for a difference that is not finite. */
function finite(difference: number): number {
  return Number.isFinite(difference) ? difference : Number.MAX_VALUE;
}
