import * as v from 'valibot';
import { SERVING_LAYER } from '../engines/ours.ts';
import type { Stage } from '../engines/stage.ts';
import type { Network } from '../networks/network.ts';
import type { Settings } from '../settings.ts';
import type { Encoding } from '../shared/encoding.ts';
import { type Summary, summarize } from '../statistics.ts';

const SampleSchema = v.object({ handled: v.number(), floor: v.number(), compute: v.number() });
type Sample = v.InferOutput<typeof SampleSchema>;

/** Microseconds per request. */
export interface ServingLayerFigures {
  readonly alone: Summary;
  readonly samples: readonly Sample[];
}

/** Requests per sample, with which the millisecond of workerd's clock is far below a microsecond each. */
const RUNS = 2_000;

/**
 * What serving takes beside HTTP and computing: the product's entry is called in a loop inside its isolate,
 * without HTTP. Subtracted are, sample by sample, what the same requests and answers cost when they are made,
 * parsed and written by a handler that does nothing else, and what the network costs. What is left routes, finds
 * model, version and servable, decodes, checks and encodes.
 */
export async function measureServingLayer(
  network: Network,
  stage: Stage,
  encoding: Encoding,
  { rounds, loadMs }: Settings,
): Promise<ServingLayerFigures> {
  const body = Buffer.from(encoding.encodeRequest(network));
  const ask = async (runs: number): Promise<Sample> => {
    const url = new URL(`/?runs=${runs}`, stage.url(SERVING_LAYER));
    const response = await fetch(url, { method: 'POST', body });
    if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
    return v.parse(SampleSchema, await response.json());
  };
  // The first calls find code that is not compiled yet.
  await ask(1);
  const { handled } = await ask(50);
  const runs = Math.max(1, Math.min(RUNS, Math.round((2000 * loadMs) / handled)));
  await ask(runs);
  const samples: Sample[] = [];
  for (let round = 0; round < rounds; round++) samples.push(await ask(runs));
  return {
    alone: summarize(samples.map(({ handled, floor, compute }) => handled - floor - compute)),
    samples,
  };
}
