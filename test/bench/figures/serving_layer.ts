import * as v from 'valibot';
import { SERVING_LAYER } from '../engines/ours.ts';
import type { Stage } from '../engines/stage.ts';
import type { Network } from '../networks/network.ts';
import type { Encoding } from '../runs/encoding.ts';
import type { Settings } from '../settings.ts';
import { type Summary, summarize } from '../statistics.ts';
import { comparable, inTimedRounds, type TimedRounds } from './rounds.ts';

/** Microseconds per request. */
export interface ServingLayerFigures {
  readonly alone: Summary;
  /** The loops from which `alone` is computed. */
  readonly loops: TimedRounds;
}

const LOOPS = ['handled', 'floor', 'compute'] as const;
const LoopSchema = v.object({ milliseconds: v.number() });

/**
 * The cost of serving without HTTP and compute. The product's entry is called in a loop inside its isolate. The time of
 * a handler that only parses the same requests and writes the same answers is subtracted in each round, and the time of
 * the network. The rest is routing, the lookup of model, version and servable, decoding, checking and encoding. For a
 * large network the figure says nothing, because it is smaller than the variation of the compute time.
 */
export async function measureServingLayer(
  network: Network,
  stage: Stage,
  encoding: Encoding,
  { computeRounds, computeMs, warmupMs }: Settings,
): Promise<ServingLayerFigures> {
  const body = Buffer.from(encoding.encodeRequest(network));
  const loop = async (what: string, runs: number): Promise<number> => {
    const url = new URL(`/?what=${what}&runs=${runs}`, stage.url(SERVING_LAYER));
    const response = await fetch(url, { method: 'POST', body });
    if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
    return v.parse(LoopSchema, await response.json()).milliseconds;
  };
  // The first calls load the network and run code that is not compiled yet.
  await loop('handled', 1);
  const first = await loop('handled', 20);
  const warmup = Math.ceil((20 * warmupMs) / Math.max(first, 1));
  for (const what of LOOPS) await loop(what, warmup);
  const warm = (await loop('handled', warmup)) / warmup;
  // Long rounds, because a major garbage collection happens about once in thirty thousand requests and takes long.
  const runs = Math.max(1, Math.round((10 * computeMs) / warm));
  const { processId } = stage;
  const loops = await inTimedRounds(
    new Map(LOOPS.map((what) => [what, { processId }])),
    computeRounds,
    async (_, what) => {
      const perRun = (milliseconds: number) => (1000 * milliseconds) / runs;
      return { figure: perRun(await loop(what, runs)), of: perRun };
    },
  );
  const [handled = [], floor = [], compute = []] = LOOPS.map((what) => comparable(loops).get(what));
  const alone = handled.map((value, round) => value - (floor[round] ?? 0) - (compute[round] ?? 0));
  return { alone: summarize(alone), loops };
}
