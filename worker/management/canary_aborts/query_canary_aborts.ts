import * as v from 'valibot';
import { NameSchema } from '../../model/names.ts';
import type { GivenUpCanary } from '../../registry/pointer/abort_canary.ts';
import { VersionSchema } from '../../registry/version/manifest.ts';
import { ConfigurationError, documented, parseVariables } from '../../serving/variables.ts';
import { analyticsEngineApi, querySql } from '../../traffic/analytics_engine.ts';

/** The access to Analytics Engine's SQL API. The binding can only write, so that reading uses Cloudflare's API. */
export interface AnalyticsAccess {
  readonly accountId: string;
  /** An API token that may read the account's analytics. */
  readonly apiToken: string;
  readonly dataset: string;
}

/** A canary that isolates have aborted, with the last reason that one of them recorded. */
export interface RecordedAbort extends GivenUpCanary {
  readonly reason: string;
  /** The number of isolates that aborted the canary. */
  readonly isolates: number;
  /** The largest number of clients for which one isolate saw it fail. */
  readonly clients: number;
  /** The number of distinct client marks among the isolates' last failures. */
  readonly marks: number;
}

const ACCOUNT_RULE = 'must be an account id of 32 hexadecimal digits';
const DATASET_RULE = 'must be the name of a dataset: letters, digits and underscores';

/** The name of a dataset, which becomes part of a query. */
export const datasetName = (proposed: string) =>
  v.optional(v.pipe(v.string(DATASET_RULE), v.regex(/^\w{1,100}$/, DATASET_RULE)), proposed);

export const ANALYTICS_VARIABLES = v.object({
  ANALYTICS_ACCOUNT_ID: documented(
    v.optional(v.pipe(v.string(ACCOUNT_RULE), v.regex(/^[0-9a-f]{32}$/i, ACCOUNT_RULE))),
    {
      values: '32 hexadecimal digits',
      meaning:
        'the account in whose Analytics Engine isolates record requests, and the canaries that they abort',
    },
  ),
  ANALYTICS_API_TOKEN: documented(
    v.optional(v.pipe(v.string('must be an API token'), v.nonEmpty('is empty'))),
    { values: 'an API token', meaning: 'may read the analytics of that account', secret: true },
  ),
  CANARY_DATASET: documented(datasetName('edge_serving_canaries'), {
    values: 'letters, digits and underscores',
    meaning: 'the dataset that `CANARY_EVENTS` is bound to',
  }),
});

/**
 * Returns the access to the isolates' records, or undefined if it is not configured.
 *
 * @throws ConfigurationError that names every invalid variable
 */
export function parseAnalyticsAccess(variables: unknown): AnalyticsAccess | undefined {
  const {
    ANALYTICS_ACCOUNT_ID: accountId,
    ANALYTICS_API_TOKEN: apiToken,
    CANARY_DATASET: dataset,
  } = parseVariables(ANALYTICS_VARIABLES, variables);
  if (accountId === undefined && apiToken === undefined) return undefined;
  if (accountId === undefined || apiToken === undefined) {
    throw new ConfigurationError('ANALYTICS_ACCOUNT_ID and ANALYTICS_API_TOKEN must be set together');
  }
  return { accountId, apiToken, dataset };
}

/** Analytics Engine returns 64-bit numbers as text. */
const count = (minimum: number) =>
  v.pipe(v.union([v.number(), v.string()]), v.transform(Number), v.integer(), v.minValue(minimum));

const RowSchema = v.object({
  model: NameSchema,
  version: VersionSchema,
  generation: count(1),
  reason: v.string(),
  isolates: count(0),
  clients: count(0),
  marks: count(0),
});

/** The window is longer than the time between two runs, since aborting a canary twice has no further effect. */
const WINDOW_MINUTES = 30;

/**
 * Returns the canaries that isolates aborted recently, as worker/serving/rollout/canary_abort_events.ts records them.
 *
 * @throws if Cloudflare's API fails or returns an invalid answer
 */
export async function readCanaryAborts(
  { accountId, apiToken, dataset }: AnalyticsAccess,
  ask: typeof fetch,
): Promise<readonly RecordedAbort[]> {
  const query =
    'SELECT blob2 AS model, blob3 AS version, double1 AS generation, argMax(blob4, timestamp) AS reason, ' +
    'count(DISTINCT blob5) AS isolates, max(double4) AS clients, count(DISTINCT blob6) AS marks ' +
    `FROM ${dataset} WHERE blob1 = 'canary aborted' AND timestamp > NOW() - INTERVAL '${WINDOW_MINUTES}' MINUTE ` +
    'GROUP BY model, version, generation LIMIT 1000 FORMAT JSON';
  return v.parse(v.array(RowSchema), await querySql(analyticsEngineApi(accountId, apiToken), query, ask));
}
