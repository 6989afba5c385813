import type { OpenNetwork } from '../engines/engine.ts';
import type { Network } from '../networks/network.ts';
import type { Encoding } from '../runs/encoding.ts';
import type { Settings } from '../settings.ts';
import { summarize } from '../statistics.ts';
import { load, type Requested } from './load.ts';
import { inTimedRounds, type Rounds, type TimedRounds } from './rounds.ts';

/** How many clients ask at once. */
export const CLIENTS = [1, 8, 64] as const;
const WARMUP_REQUESTS = 5_000;

export interface ServingFigures {
  readonly encoding: string;
  readonly requestBytes: number;
  readonly answerBytes: number;
  /** The median latency of each round with one client, in milliseconds. */
  readonly latency: Rounds;
  /** Requests per second of each round by the number of clients, for wall time and for the server's processor time. */
  readonly throughput: ReadonlyMap<number, TimedRounds>;
  /** The share of one core that the clients used in the round of the fastest engine, by their number. */
  readonly clientShare: ReadonlyMap<number, number>;
}

/** Measures the engines over HTTP with one client and with many. */
export async function measureServing(
  network: Network,
  engines: ReadonlyMap<string, OpenNetwork>,
  floors: readonly string[],
  encoding: Encoding,
  settings: Settings,
): Promise<ServingFigures> {
  const body = encoding.encodeRequest(network);
  const subjects = new Map<string, Requested>();
  for (const [engine, { predict, processId }] of engines) {
    if (predict !== undefined)
      subjects.set(engine, { url: predict, headers: encoding.headers, body, processId });
  }
  const answerBytes = await giveFloorsTheirAnswer(subjects, floors);
  const { loadMs, longestLoadMs, rounds } = settings;
  // The first requests find cold caches and interpreted code. V8 optimizes it after some thousand requests.
  for (const requested of subjects.values()) {
    await load(requested, { clients: 8, milliseconds: 10 * loadMs, requests: WARMUP_REQUESTS });
  }
  const latency = new Map<string, number[]>([...subjects].map(([engine]) => [engine, []]));
  const throughput = new Map<number, TimedRounds>();
  const clientShare = new Map<number, number>();
  let slowest = 0;
  for (const clients of CLIENTS) {
    // Every client waits for its last answer, which takes long with many clients and a slow network.
    if (clients * slowest > longestLoadMs) continue;
    const perSecond = await inTimedRounds(subjects, rounds, async (requested, engine) => {
      const result = await load(requested, { clients, milliseconds: loadMs });
      clientShare.set(clients, Math.max(clientShare.get(clients) ?? 0, result.clientShare));
      if (clients === 1) latency.get(engine)?.push(summarize(result.latencies).median);
      const { length } = result.latencies;
      return { figure: result.perSecond, of: (milliseconds) => (1000 * length) / milliseconds };
    });
    throughput.set(clients, perSecond);
    if (clients === 1) slowest = Math.max(...[...latency.values()].map((rounds) => summarize(rounds).median));
  }
  return {
    encoding: encoding.name,
    requestBytes: body.length,
    answerBytes,
    latency,
    throughput,
    clientShare,
  };
}

/** Gives the floors the answer of the first engine. */
async function giveFloorsTheirAnswer(
  subjects: ReadonlyMap<string, Requested>,
  floors: readonly string[],
): Promise<number> {
  const [first] = [...subjects].filter(([engine]) => !floors.includes(engine));
  if (first === undefined) throw new Error('there is no engine that answers');
  const [, { url, headers, body }] = first;
  const response = await fetch(url, { method: 'POST', headers, body: Buffer.from(body) });
  const answer = Buffer.from(await response.arrayBuffer());
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${answer}`);
  for (const floor of floors) {
    const floorUrl = subjects.get(floor)?.url;
    if (floorUrl !== undefined) await fetch(floorUrl, { method: 'PUT', headers, body: answer });
  }
  return answer.length;
}
