import * as v from 'valibot';
import { NameSchema } from '../../model/names.ts';
import type { GivenUpCanary } from '../../registry/pointer/end_canary.ts';
import { VersionSchema } from '../../registry/version/manifest.ts';
import { ConfigurationError, documented, parseVariables } from '../../serving/variables.ts';

/** How Analytics Engine is asked: its binding can only write, so reading goes through Cloudflare's API. */
export interface AnalyticsAccess {
  readonly accountId: string;
  /** Of an API token that may read the account's analytics. */
  readonly apiToken: string;
  readonly dataset: string;
}

/** A canary that isolates have given up on, with the last reason that one of them gave. */
export interface RecordedAbort extends GivenUpCanary {
  readonly reason: string;
  /** How many isolates have. */
  readonly isolates: number;
  /** The most clients that one isolate saw it fail for. */
  readonly clients: number;
  /** How many marks of clients there are among the isolates' last failures. */
  readonly marks: number;
}

const ACCOUNT_RULE = 'must be an account id of 32 hexadecimal digits';
const DATASET_RULE = 'must be the name of a dataset: letters, digits and underscores';

export const ANALYTICS_VARIABLES = v.object({
  ANALYTICS_ACCOUNT_ID: documented(
    v.optional(v.pipe(v.string(ACCOUNT_RULE), v.regex(/^[0-9a-f]{32}$/i, ACCOUNT_RULE))),
    {
      values: '32 hexadecimal digits',
      meaning: 'the account in whose Analytics Engine isolates record the canaries that they give up',
    },
  ),
  ANALYTICS_API_TOKEN: documented(
    v.optional(v.pipe(v.string('must be an API token'), v.nonEmpty('is empty'))),
    { values: 'an API token', meaning: 'may read the analytics of that account', secret: true },
  ),
  // The name becomes part of a query.
  CANARY_DATASET: documented(
    v.optional(v.pipe(v.string(DATASET_RULE), v.regex(/^\w{1,100}$/, DATASET_RULE)), 'edge_serving_canaries'),
    { values: 'letters, digits and underscores', meaning: 'the dataset that `CANARY_EVENTS` is bound to' },
  ),
});

/**
 * Access to what isolates have recorded; undefined where it is not configured.
 *
 * @throws ConfigurationError
 */
export function parseAnalyticsAccess(variables: unknown): AnalyticsAccess | undefined {
  const {
    ANALYTICS_ACCOUNT_ID: accountId,
    ANALYTICS_API_TOKEN: apiToken,
    CANARY_DATASET: dataset,
  } = parseVariables(ANALYTICS_VARIABLES, variables);
  if (accountId === undefined && apiToken === undefined) return undefined;
  if (accountId === undefined || apiToken === undefined) {
    throw new ConfigurationError('ANALYTICS_ACCOUNT_ID and ANALYTICS_API_TOKEN go together');
  }
  return { accountId, apiToken, dataset };
}

/** Analytics Engine writes numbers of 64 bits as text. */
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
const AnswerSchema = v.object({ data: v.array(RowSchema) });

/** How far back is looked: more than the time between two runs, since to end a canary twice is to end it once. */
const WINDOW_MINUTES = 30;
const TIMEOUT_MS = 10_000;

/**
 * The canaries that isolates gave up on lately, as worker/serving/rollout/canary_abort_events.ts records them.
 *
 * @throws when Cloudflare's API cannot be asked, or answers something else
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
  const response = await ask(
    `https://api.cloudflare.com/client/v4/accounts/${accountId}/analytics_engine/sql`,
    {
      method: 'POST',
      headers: { authorization: `Bearer ${apiToken}` },
      body: query,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    },
  );
  if (!response.ok) throw new Error(`Analytics Engine answered ${response.status}`);
  return v.parse(AnswerSchema, await response.json()).data;
}
