import * as v from 'valibot';
import { CALLER } from '../engines/ours.ts';
import type { Stage } from '../engines/stage.ts';
import type { Network } from '../networks/network.ts';
import { binary, json } from '../runs/encoding.ts';
import type { Settings } from '../settings.ts';
import { inTimedRounds, type TimedRounds } from './rounds.ts';

/** The ways in which another Worker asks for a prediction, each by a service binding. */
const WAYS = {
  calls: 'Models.predict',
  json: 'fetch, JSON',
  binary: 'fetch, binary',
} as const;

type Way = keyof typeof WAYS;

const LoopSchema = v.object({ milliseconds: v.number() });

/** The microseconds of a prediction that another Worker of the same process asks for, from values to values. */
export async function measureServiceBinding(
  network: Network,
  stage: Stage,
  { computeRounds, computeMs, warmupMs }: Settings,
): Promise<TimedRounds> {
  const { values } = network.input;
  const bodies: Readonly<Record<Way, Uint8Array>> = {
    calls: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    json: json.encodeRequest(network),
    binary: binary.encodeRequest(network),
  };
  const headers: Readonly<Record<Way, Readonly<Record<string, string>>>> = {
    calls: {},
    json: json.headers,
    binary: binary.headers,
  };
  const loop = async (way: Way, runs: number): Promise<number> => {
    const url = new URL(`/?way=${way}&runs=${runs}`, stage.url(CALLER));
    const init = { method: 'POST', headers: headers[way], body: Buffer.from(bodies[way]) };
    const response = await fetch(url, init);
    if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
    return v.parse(LoopSchema, await response.json()).milliseconds;
  };
  const ways: readonly Way[] = ['calls', 'json', 'binary'];
  const first = await loop('calls', 20);
  const warmup = Math.ceil((20 * warmupMs) / Math.max(first, 1));
  for (const way of ways) await loop(way, warmup);
  const warm = (await loop('calls', warmup)) / warmup;
  const runs = Math.max(1, Math.round((10 * computeMs) / Math.max(warm, 0.001)));
  const { processId } = stage;
  return inTimedRounds(
    new Map(ways.map((way) => [WAYS[way], { processId, way }])),
    computeRounds,
    async ({ way }) => {
      const perRun = (milliseconds: number) => (1000 * milliseconds) / runs;
      return { figure: perRun(await loop(way, runs)), of: perRun };
    },
  );
}
