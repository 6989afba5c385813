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
 *
 * @param enginesBeside those that compute the network beside this one, in the same rounds
 */
export async function measureCompute(
  network: Network,
  engines: ReadonlyMap<string, OpenNetwork>,
  settings: Settings,
  enginesBeside: ReadonlyMap<string, OpenNetwork> = new Map(),
): Promise<TimedRounds> {
  const asked = [...engines].map(([name, open]) => ({ name, open, of: network }));
  const { beside } = network;
  if (beside !== undefined) {
    for (const [name, open] of enginesBeside)
      asked.push({ name: besideName(name, beside), open, of: beside });
  }
  const subjects = new Map<string, Subject>();
  for (const { name, open, of } of asked) {
    const { compute: url, processId } = open;
    if (url === undefined) continue;
    const batch = async (runs: number) => (await computeRuns(of, url, runs)).milliseconds;
    subjects.set(name, { network: of, url, runs: await warmUp(batch, settings), processId });
  }
  return inTimedRounds(subjects, settings.computeRounds, async ({ network: of, url, runs }) => {
    const { milliseconds } = await computeRuns(of, url, runs);
    return { figure: milliseconds / runs, of: (processorMs) => processorMs / runs };
  });
}

interface Subject {
  readonly network: Network;
  readonly url: URL;
  readonly runs: number;
  readonly processId: number | undefined;
}

/** The name of an engine's figure for the network beside another one. */
export function besideName(engine: string, { name }: Pick<Network, 'name'>): string {
  return `${engine}, ${name}`;
}

export async function computeOnce(network: Network, url: URL): Promise<Outputs> {
  const { outputs = {} } = await computeRuns(network, url, 1, '&outputs=1');
  return new Map(Object.entries(outputs).map(([name, values]) => [name, Float32Array.from(values)]));
}

/** Lets an engine compute a network's input so many times. */
export async function computeRuns(
  network: Network,
  url: URL,
  runs: number,
  options = '',
): Promise<TimedRuns> {
  const response = await fetch(`${url}?runs=${runs}${options}`, {
    method: 'POST',
    body: network.input.values,
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return v.parse(TimedRunsSchema, await response.json());
}
