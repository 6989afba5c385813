import * as v from 'valibot';
import { documented, parseVariables, wholeNumber } from '../../serving/variables.ts';
import { datasetOf, datasetWriter } from '../../traffic/analytics_engine.ts';
import { isLocalStoreUrl, localStoreWriter } from '../../traffic/local_store.ts';
import { TrafficRecorder } from '../../traffic/traffic_recorder.ts';

const STORE_RULE = 'must be an http: URL of this machine';

/** The variable is for both Workers: one writes to the store, the other reads it. */
export const TRAFFIC_STORE = documented(
  v.optional(v.pipe(v.string(STORE_RULE), v.check(isLocalStoreUrl, STORE_RULE))),
  {
    values: 'an http: URL of this machine',
    meaning: 'where data points are instead of in Analytics Engine. `npm run dev` sets it, to its own store',
  },
);

/** The variables of the serving Worker for the record of its requests. */
export const TRAFFIC_VARIABLES = v.object({
  TRAFFIC_ONE_IN: documented(v.optional(wholeNumber(1, 1_000_000), '1'), {
    values: '1 to 1 000 000, whole',
    meaning:
      'one request in so many is recorded in the dataset bound as `TRAFFIC`, and counts as so many. 1: every request',
  }),
  TRAFFIC_STORE,
});

/**
 * Returns the recorder of an isolate's requests, or undefined if no dataset is bound.
 *
 * @param isolate a random name of the isolate
 * @throws ConfigurationError if a variable is invalid
 */
export function trafficRecorderOf(bindings: object, isolate: string): TrafficRecorder | undefined {
  const { TRAFFIC_ONE_IN: oneIn, TRAFFIC_STORE: store } = parseVariables(TRAFFIC_VARIABLES, bindings);
  const dataset = datasetOf(bindings, 'TRAFFIC');
  const write =
    store !== undefined
      ? localStoreWriter(store, fetch.bind(globalThis))
      : dataset === undefined
        ? undefined
        : datasetWriter(dataset);
  return write && new TrafficRecorder({ write, oneIn, isolate, random: Math.random });
}
