import * as v from 'valibot';
import { assembleReport } from './assemble_report.ts';
import { RowsSchema } from './query_rows.ts';
import { trafficQueries } from './traffic_queries.ts';
import type { TrafficReport } from './traffic_report.ts';

/** A store of data points that answers SQL: Analytics Engine, or the local store of `dev`. */
export interface TrafficStore {
  readonly source: TrafficReport['source'];
  /** Returns the rows that a query returned. */
  query(sql: string): Promise<unknown>;
}

/** The queries that one report takes. */
export const QUERIES_PER_REPORT = Object.keys(RowsSchema.entries).length;

/** The lengths of time steps, in seconds. The first with at most this many steps is used. */
const STEPS = [5, 10, 30, 60, 300, 900, 1800, 3600, 7200] as const;
const MOST_STEPS = 90;

export function stepSecondsOf(minutes: number): number {
  const seconds = minutes * 60;
  return STEPS.find((step) => seconds / step <= MOST_STEPS) ?? 7200;
}

/**
 * Reads the traffic of a model over the last minutes.
 *
 * @param model a valid name
 * @param now milliseconds since 1970
 * @throws if the store cannot be read, or returns rows of another form
 */
export async function readReport(
  store: TrafficStore,
  model: string,
  minutes: number,
  now: number,
): Promise<TrafficReport> {
  const stepSeconds = stepSecondsOf(minutes);
  const to = Math.ceil(now / 1000);
  // The first step is whole.
  const from = Math.floor((to - minutes * 60) / stepSeconds) * stepSeconds;
  const queries = trafficQueries({ dataset: store.source.dataset, model, from, stepSeconds });
  const [versions, steps, locations, generations, generationSteps, shadows, keys] = await Promise.all([
    store.query(queries.versions),
    store.query(queries.steps),
    store.query(queries.locations),
    store.query(queries.generations),
    store.query(queries.generationSteps),
    store.query(queries.shadows),
    store.query(queries.keys),
  ]);
  return assembleReport(
    { model, source: store.source, from, to, minutes, stepSeconds },
    v.parse(RowsSchema, { versions, steps, locations, generations, generationSteps, shadows, keys }),
  );
}
