import { pairedDifference, type Summary, summarize } from '../statistics.ts';
import type { Rounds } from './rounds.ts';
import type { ServingFigures } from './serving.ts';

interface Names {
  readonly ours: string;
  /** The floor that does the same I/O. */
  readonly floor: string;
}

/**
 * Microseconds per request that serving takes beside HTTP and computing. Workers compute and answer on one
 * thread, which eight clients keep busy: one second divided by the requests answered in it is what a request
 * costs. Of that, the bare Worker's cost (HTTP, and JSON parsed and written) and the median inference are
 * subtracted, round by round. What is left decodes, checks, finds the servable and encodes.
 */
export function servingLayer(
  { throughput }: ServingFigures,
  compute: Rounds,
  { ours, floor }: Names,
): Summary | undefined {
  const rounds = throughput.get(8);
  const inferences = compute.get(ours);
  if (rounds === undefined || inferences === undefined) return undefined;
  const cost = (engine: string) => (rounds.get(engine) ?? []).map((perSecond) => 1e6 / perSecond);
  const inference = 1000 * summarize(inferences).median;
  return pairedDifference(
    cost(ours).map((microseconds) => microseconds - inference),
    cost(floor),
  );
}
