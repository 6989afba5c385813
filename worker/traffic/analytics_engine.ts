import * as v from 'valibot';
import type { WriteDataPoint } from './traffic_recorder.ts';

/** A service that answers SQL as Analytics Engine does. */
export interface SqlApi {
  readonly url: string;
  /** Sent as a bearer token, if there is one. */
  readonly token: string | undefined;
}

/** Returns Cloudflare's API for the datasets of an account. A Worker's binding can only write. */
export function analyticsEngineApi(accountId: string, apiToken: string): SqlApi {
  return {
    url: `https://api.cloudflare.com/client/v4/accounts/${accountId}/analytics_engine/sql`,
    token: apiToken,
  };
}

const TIMEOUT_MS = 10_000;
const AnswerSchema = v.object({ data: v.array(v.unknown()) });
const LONGEST_REASON = 300;

/**
 * Sends a query, and returns its rows.
 *
 * @throws if the service fails or returns another form
 */
export async function querySql(
  { url, token }: SqlApi,
  sql: string,
  ask: typeof fetch,
): Promise<readonly unknown[]> {
  const response = await ask(url, {
    method: 'POST',
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    body: sql,
    // The token is sent only to this address. workerd does not know `error`.
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) {
    const reason = (await response.text()).trim().slice(0, LONGEST_REASON);
    throw new Error(`Analytics Engine returned the status ${response.status}: ${reason}`);
  }
  return v.parse(AnswerSchema, await response.json()).data;
}

/** The interface of Workers' Analytics Engine binding. */
interface AnalyticsDataset {
  writeDataPoint(point: {
    readonly indexes: readonly string[];
    readonly blobs: readonly string[];
    readonly doubles: readonly number[];
  }): void;
}

/** Returns a dataset that is bound under a name, or undefined. */
export function datasetOf(bindings: object, name: string): AnalyticsDataset | undefined {
  const binding: unknown = Reflect.get(bindings, name);
  return isDataset(binding) ? binding : undefined;
}

function isDataset(binding: unknown): binding is AnalyticsDataset {
  return typeof binding === 'object' && binding !== null && 'writeDataPoint' in binding;
}

/** Writes data points to a dataset. The platform sends them after the answer. */
export function datasetWriter(dataset: AnalyticsDataset): WriteDataPoint {
  return (point) => dataset.writeDataPoint(point);
}
