import * as v from 'valibot';
import type { OpenNetwork } from '../engines/engine.ts';
import type { Network } from '../networks/network.ts';
import type { Settings } from '../settings.ts';
import { type Outputs, type TimedRuns, TimedRunsSchema } from '../shared/timed_runs.ts';
import { inTimedRounds, type TimedRounds } from './rounds.ts';

/**
 * Milliseconds per inference of each engine that computes, in its own process. Their processor time has the
 * call in it that starts a round: less than a percent.
 */
export async function measureCompute(
  network: Network,
  engines: ReadonlyMap<string, OpenNetwork>,
  { computeRounds, computeMs, warmupMs }: Settings,
): Promise<TimedRounds> {
  const subjects = new Map<string, { url: URL; runs: number; processId: number | undefined }>();
  for (const [engine, { compute, processId }] of engines) {
    if (compute === undefined) continue;
    const runs = await calibrate(network, compute, { computeMs, warmupMs });
    subjects.set(engine, { url: compute, runs, processId });
  }
  return inTimedRounds(subjects, computeRounds, async ({ url, runs }) => {
    const { milliseconds } = await compute(network, url, runs);
    return { figure: milliseconds / runs, of: (processorMs) => processorMs / runs };
  });
}

/** So many batches in a row that were no faster than those before: there is no more code to be compiled. */
const STEADY_BATCHES = 5;
/** What counts as faster. */
const FASTER = 0.95;
/** An engine on a busy machine may never be steady. */
const LONGEST_WARMUP = 10;

/** How many runs take as long as asked for, found out while the engine warms up. */
async function calibrate(
  network: Network,
  url: URL,
  { computeMs, warmupMs }: Pick<Settings, 'computeMs' | 'warmupMs'>,
): Promise<number> {
  let spent = 0;
  let best = Number.POSITIVE_INFINITY;
  let steady = 0;
  for (let runs = 1; ; ) {
    const { milliseconds } = await compute(network, url, runs);
    spent += milliseconds;
    const wanted = Math.max(1, Math.round((runs * computeMs) / Math.max(milliseconds, 1)));
    const isLong = milliseconds >= computeMs / 4;
    // What is too short for the clock says nothing of how fast it is.
    if (!isLong || milliseconds / runs < FASTER * best) steady = 0;
    else steady++;
    if (isLong) best = Math.min(best, milliseconds / runs);
    const isSteady = steady >= STEADY_BATCHES && spent >= warmupMs;
    if (isSteady || (isLong && spent >= LONGEST_WARMUP * warmupMs)) return wanted;
    // A small network may take less than the clock can tell: not too far at once.
    runs = Math.min(wanted, 10 * runs);
  }
}

export async function computeOnce(network: Network, url: URL): Promise<Outputs> {
  const { outputs = {} } = await compute(network, url, 1, '&outputs=1');
  return new Map(Object.entries(outputs).map(([name, values]) => [name, Float32Array.from(values)]));
}

async function compute(network: Network, url: URL, runs: number, options = ''): Promise<TimedRuns> {
  const response = await fetch(`${url}?runs=${runs}${options}`, {
    method: 'POST',
    body: network.input.values,
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return v.parse(TimedRunsSchema, await response.json());
}
