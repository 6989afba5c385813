import * as v from 'valibot';
import type { OpenNetwork } from '../engines/engine.ts';
import type { Network } from '../networks/network.ts';
import { type Outputs, type TimedRuns, TimedRunsSchema } from '../runs/timed_runs.ts';
import type { Settings } from '../settings.ts';
import { warmUp } from './load/warm_up.ts';
import { inTimedRounds, type TimedRounds } from './rounds.ts';

/**
 * Milliseconds per inference of each engine that computes, in its own process. Their processor time includes the call
 * that starts a round, which is less than one percent.
 */
export async function measureCompute(
  network: Network,
  engines: ReadonlyMap<string, OpenNetwork>,
  settings: Settings,
): Promise<TimedRounds> {
  const subjects = new Map<string, { url: URL; runs: number; processId: number | undefined }>();
  for (const [engine, { compute, processId }] of engines) {
    if (compute === undefined) continue;
    const batch = async (runs: number) => (await computeRuns(network, compute, runs)).milliseconds;
    const runs = await warmUp(batch, settings);
    subjects.set(engine, { url: compute, runs, processId });
  }
  return inTimedRounds(subjects, settings.computeRounds, async ({ url, runs }) => {
    const { milliseconds } = await computeRuns(network, url, runs);
    return { figure: milliseconds / runs, of: (processorMs) => processorMs / runs };
  });
}

export async function computeOnce(network: Network, url: URL): Promise<Outputs> {
  const { outputs = {} } = await computeRuns(network, url, 1, '&outputs=1');
  return new Map(Object.entries(outputs).map(([name, values]) => [name, Float32Array.from(values)]));
}

async function computeRuns(network: Network, url: URL, runs: number, options = ''): Promise<TimedRuns> {
  const response = await fetch(`${url}?runs=${runs}${options}`, {
    method: 'POST',
    body: network.input.values,
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return v.parse(TimedRunsSchema, await response.json());
}
