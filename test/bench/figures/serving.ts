import type { OpenNetwork } from '../engines/engine.ts';
import type { Network } from '../networks/network.ts';
import { processorTime } from '../processor_time.ts';
import type { Encoding } from '../runs/encoding.ts';
import type { Settings } from '../settings.ts';
import { summarize } from '../statistics.ts';
import { load, type Requested } from './load/load.ts';
import { inTimedRounds, type Rounds, type TimedRounds } from './rounds.ts';

/** How many clients ask at once. */
export const CLIENTS = [1, 8, 64] as const;
/**
 * Bodies that are on their way at the same time, in bytes. An isolate refuses more than it has memory for: 1.5 times
 * REQUEST_MEMORY_MB for bodies and tensors together.
 */
const MOST_BYTES_AT_ONCE = 24 * 2 ** 20;
/** V8 compiles a server's code again and again, at last after tens of thousands of requests. */
const WARMUP_BATCH = 5_000;
/** A server that does not answer a batch in this time computes for longer than the code around takes. */
const LONGEST_BATCH_MS = 4_000;
/** The number of batches in a row that must be no faster than the earlier ones, and the most batches. */
const STEADY_BATCHES = 4;
const MOST_BATCHES = 12;
/** A batch is faster if its time is below this part of the best one. */
const FASTER = 0.97;

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
  for (const requested of subjects.values()) await warmUp(requested);
  const latency = new Map<string, number[]>([...subjects].map(([engine]) => [engine, []]));
  const throughput = new Map<number, TimedRounds>();
  const clientShare = new Map<number, number>();
  let slowest = 0;
  for (const clients of CLIENTS) {
    // Every client waits for its last answer, which takes long with many clients and a slow network.
    if (clients * slowest > longestLoadMs || clients * body.length > MOST_BYTES_AT_ONCE) continue;
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

/** Sends requests until a server does not become faster. The first ones find cold caches and interpreted code. */
async function warmUp(requested: Requested): Promise<void> {
  const { processId } = requested;
  let best = Number.POSITIVE_INFINITY;
  let steady = 0;
  for (let batches = 0; batches < MOST_BATCHES && steady < STEADY_BATCHES; batches++) {
    const before = processId && (await processorTime(processId));
    const { latencies, perSecond } = await load(requested, {
      clients: 8,
      milliseconds: LONGEST_BATCH_MS,
      requests: WARMUP_BATCH,
    });
    if (latencies.length < WARMUP_BATCH) return;
    const after = processId && (await processorTime(processId));
    const time = before !== undefined && after !== undefined ? after - before : 1 / perSecond;
    steady = time < FASTER * best ? 0 : steady + 1;
    best = Math.min(best, time);
  }
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
