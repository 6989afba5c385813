import * as v from 'valibot';

/** The most minutes that one report may cover: a week. */
export const MOST_MINUTES = 7 * 24 * 60;
export const DEFAULT_MINUTES = 30;

/** The most rows of one list. A list that is longer is cut, and `truncated` names it. */
export const MOST_ROWS = 10_000;

/** Why a version answered a request. */
export const ROLES = ['current', 'canary', 'label', 'version', 'fallback', 'none'] as const;
export type Role = (typeof ROLES)[number];

/** What a request may wait for, in the order of its way. */
export const WAITS = ['body', 'pointer', 'load', 'compute', 'encode'] as const;

const NameSchema = v.pipe(v.string(), v.maxLength(200));
/** An estimate if requests were sampled, so that it need not be whole. */
const CountSchema = v.pipe(v.number(), v.minValue(0));
const TimeSchema = v.pipe(v.string(), v.isoTimestamp());

/** Milliseconds. Null if no request of the group was answered with success. */
const MillisecondsSchema = v.nullable(v.pipe(v.number(), v.minValue(0)));
const PercentilesSchema = v.strictObject({
  p50: MillisecondsSchema,
  p95: MillisecondsSchema,
  p99: MillisecondsSchema,
});
export type Percentiles = v.InferOutput<typeof PercentilesSchema>;

const CountsEntries = {
  requests: CountSchema,
  /** Answers with a status from 400 to 499, among the requests. */
  clientErrors: CountSchema,
  /** Answers with a status of 500 or more, among the requests. */
  serverErrors: CountSchema,
};

const list = <const Row extends v.GenericSchema>(row: Row) => v.pipe(v.array(row), v.maxLength(MOST_ROWS));

/** A version in one role: the same version as canary and as current has two rows. */
const VersionSchema = v.strictObject({
  /** Empty if no version was chosen: a body that is not valid, or a version that does not exist. */
  version: NameSchema,
  role: v.picklist(ROLES),
  ...CountsEntries,
  /** The examples that were computed: the sum of all batches. */
  examples: CountSchema,
  requestBytes: CountSchema,
  answerBytes: CountSchema,
  /** The time from the request to its answer, of the requests that succeeded. */
  latency: PercentilesSchema,
  /** What the requests that succeeded waited for; 0 for those that did not wait. */
  waits: v.strictObject({
    body: PercentilesSchema,
    pointer: PercentilesSchema,
    load: PercentilesSchema,
    compute: PercentilesSchema,
    encode: PercentilesSchema,
  }),
  /** Its time steps with requests, oldest first. */
  steps: list(v.strictObject({ at: TimeSchema, ...CountsEntries, latency: PercentilesSchema })),
});

const LocationSchema = v.strictObject({
  /** The code of the Cloudflare location, as `FRA`. Empty for calls of other Workers. */
  location: NameSchema,
  version: NameSchema,
  ...CountsEntries,
  latency: PercentilesSchema,
});

/** A state of the pointer that requests were answered by, newest first: the older rows are still on the old state. */
const GenerationSchema = v.strictObject({
  generation: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  version: NameSchema,
  requests: CountSchema,
  /** The isolates and locations that answered by it. With sampling, at least so many. */
  isolates: CountSchema,
  locations: CountSchema,
  firstAt: TimeSchema,
  lastAt: TimeSchema,
  steps: list(v.strictObject({ at: TimeSchema, requests: CountSchema })),
});

/** Differences between a shadow and the version that answered. */
const ShadowSchema = v.strictObject({
  version: NameSchema,
  compared: CountSchema,
  /** The shadow refused the request or answered in another form. */
  incomparable: CountSchema,
  failed: CountSchema,
  /** The shadow did not compute the request, for lack of time or memory. */
  dropped: CountSchema,
  rows: CountSchema,
  /** Rows whose largest element is at another position. */
  mismatchedRows: CountSchema,
  /** Null if nothing was compared, or if one of two values was not finite. */
  largestAbsolute: v.nullable(CountSchema),
  largestRelative: v.nullable(CountSchema),
});

const KeySchema = v.strictObject({
  /** The name of the API key. Empty for requests without a named key. */
  key: NameSchema,
  ...CountsEntries,
  examples: CountSchema,
  requestBytes: CountSchema,
  answerBytes: CountSchema,
});

const LISTS = ['versions', 'locations', 'generations', 'shadows', 'keys'] as const;

/** The traffic of one model over the last minutes, from all isolates: `GET /api/v1/models/:model/traffic?minutes=N`. */
export const TrafficReportSchema = v.strictObject({
  model: NameSchema,
  /** Where the data points are: Cloudflare's Analytics Engine, or the local store of `dev`. */
  source: v.strictObject({
    kind: v.picklist(['analytics engine', 'local']),
    dataset: NameSchema,
  }),
  from: TimeSchema,
  to: TimeSchema,
  minutes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MOST_MINUTES)),
  /** The length of a time step. A step that is not in a list had no requests. */
  stepSeconds: v.pipe(v.number(), v.integer(), v.minValue(1)),
  sampling: v.strictObject({
    /** The data points that were read. */
    points: CountSchema,
    /** The requests that they stand for. With more requests than points, all numbers are estimates. */
    requests: CountSchema,
  }),
  versions: list(VersionSchema),
  locations: list(LocationSchema),
  generations: list(GenerationSchema),
  shadows: list(ShadowSchema),
  keys: list(KeySchema),
  /** The lists that are not complete, since they were too long. */
  truncated: v.array(v.picklist([...LISTS, 'steps'])),
});
export type TrafficReport = v.InferOutput<typeof TrafficReportSchema>;
