import * as v from 'valibot';
import { MOST_ROWS, ROLES } from './traffic_report.ts';

/** Analytics Engine returns 64-bit numbers as text. */
const NumberSchema = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.maxLength(40), v.nonEmpty())]),
  v.transform(Number),
  v.finite(),
);
const CountSchema = v.pipe(NumberSchema, v.minValue(0));
/** A quantile of no values is null or not a number. */
const PercentileSchema = v.pipe(
  v.union([v.null(), v.number(), v.pipe(v.string(), v.maxLength(40))]),
  v.transform((value) => (value === null ? Number.NaN : Number(value))),
  v.transform((value) => (Number.isFinite(value) && value >= 0 ? value : null)),
);
const TextSchema = v.pipe(v.string(), v.maxLength(200));

const COUNTS = { requests: CountSchema, clientErrors: CountSchema, serverErrors: CountSchema };
const AMOUNTS = { allExamples: CountSchema, allRequestBytes: CountSchema, allAnswerBytes: CountSchema };

const LATENCY = { latency50: PercentileSchema, latency95: PercentileSchema, latency99: PercentileSchema };
/** The columns of each wait. */
const WAITED = {
  body50: PercentileSchema,
  body95: PercentileSchema,
  body99: PercentileSchema,
  pointer50: PercentileSchema,
  pointer95: PercentileSchema,
  pointer99: PercentileSchema,
  load50: PercentileSchema,
  load95: PercentileSchema,
  load99: PercentileSchema,
  compute50: PercentileSchema,
  compute95: PercentileSchema,
  compute99: PercentileSchema,
  encode50: PercentileSchema,
  encode95: PercentileSchema,
  encode99: PercentileSchema,
};

const ByVersion = { version: TextSchema, role: v.picklist(ROLES) };
const ByGeneration = { generation: v.pipe(CountSchema, v.safeInteger()), version: TextSchema };

const rows = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  v.pipe(v.array(v.object(entries)), v.maxLength(MOST_ROWS));

/** The rows that answer the queries of a report. */
export const RowsSchema = v.strictObject({
  versions: rows({
    ...ByVersion,
    points: CountSchema,
    ...COUNTS,
    ...AMOUNTS,
    ...LATENCY,
    ...WAITED,
  }),
  steps: rows({ ...ByVersion, step: CountSchema, ...COUNTS, ...LATENCY }),
  locations: rows({ location: TextSchema, version: TextSchema, ...COUNTS, ...LATENCY }),
  generations: rows({
    ...ByGeneration,
    requests: CountSchema,
    isolates: CountSchema,
    locations: CountSchema,
    firstSeconds: CountSchema,
    lastSeconds: CountSchema,
  }),
  generationSteps: rows({ ...ByGeneration, step: CountSchema, requests: CountSchema }),
  shadows: rows({
    version: TextSchema,
    outcome: v.picklist(['compared', 'incomparable', 'failed', 'dropped']),
    computations: CountSchema,
    allComparedRows: CountSchema,
    allMismatchedRows: CountSchema,
    largestAbsolute: CountSchema,
    largestRelative: CountSchema,
  }),
  keys: rows({ apiKey: TextSchema, ...COUNTS, ...AMOUNTS }),
});

export type Rows = v.InferOutput<typeof RowsSchema>;
