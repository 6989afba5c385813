import * as v from 'valibot';
import { TRAFFIC_STORE } from '../../http/traffic/traffic_configuration.ts';
import { documented, parseVariables } from '../../serving/variables.ts';
import { analyticsEngineApi, querySql, type SqlApi } from '../../traffic/analytics_engine.ts';
import { localStoreApi, TRAFFIC_DATASET } from '../../traffic/local_store.ts';
import type { TrafficStore } from '../../traffic/report/read_report.ts';
import { type AnalyticsAccess, datasetName } from '../canary_aborts/query_canary_aborts.ts';

/** The management Worker's variables for the requests that are recorded. */
export const TRAFFIC_READ_VARIABLES = v.object({
  TRAFFIC_DATASET: documented(datasetName(TRAFFIC_DATASET), {
    values: 'letters, digits and underscores',
    meaning: 'the dataset that `TRAFFIC` is bound to',
  }),
  TRAFFIC_STORE,
});

/**
 * Returns the store of the data points: the local one of `dev`, or Analytics Engine. Undefined if neither is
 * configured.
 *
 * @throws ConfigurationError if a variable is invalid
 */
export function trafficStoreOf(
  variables: unknown,
  analytics: Pick<AnalyticsAccess, 'accountId' | 'apiToken'> | undefined,
  ask: typeof fetch,
): TrafficStore | undefined {
  const { TRAFFIC_DATASET: dataset, TRAFFIC_STORE: store } = parseVariables(
    TRAFFIC_READ_VARIABLES,
    variables,
  );
  const queries = (api: SqlApi) => ({ query: (sql: string) => querySql(api, sql, ask) });
  if (store !== undefined) {
    return { source: { kind: 'local', dataset: TRAFFIC_DATASET }, ...queries(localStoreApi(store)) };
  }
  if (analytics === undefined) return undefined;
  const { accountId, apiToken } = analytics;
  return {
    source: { kind: 'analytics engine', dataset },
    ...queries(analyticsEngineApi(accountId, apiToken)),
  };
}
