import { setTimeout } from 'node:timers/promises';
import { publishNetwork } from '../engines/publication.ts';
import type { Stage } from '../engines/stage.ts';
import type { Network } from '../networks/network.ts';
import { quantile } from '../statistics.ts';
import { load, type Requested } from './load.ts';

/** Milliseconds that answers took while nothing changed, and around flips to versions not loaded yet. */
export interface FlipFigures {
  readonly flips: number;
  readonly steady: { readonly p99: number; readonly max: number };
  readonly flipping: { readonly p99: number; readonly max: number };
}

/** Few, so that requests wait for the flip and not for each other. */
const CLIENTS = 2;
/** How long after a flip its effect is looked for, and as long before it. */
const WINDOW_MS = 1000;

/** Flips under load. No answer may fail: `load` throws on the first one that does. */
export async function measureFlips(
  network: Network,
  stage: Stage,
  requested: Requested,
  flips: number,
): Promise<FlipFigures> {
  const flippedAt: number[] = [];
  const flip = async () => {
    for (let index = 0; index < flips; index++) {
      await setTimeout(2 * WINDOW_MS);
      // From here: the last write of a publish is the flip.
      const started = performance.now();
      await publishNetwork(stage.store, network, `2.0.${index}`);
      flippedAt.push(started);
    }
  };
  const [{ latencies, answeredAt }] = await Promise.all([
    load(requested, { clients: CLIENTS, milliseconds: (2 * flips + 1) * WINDOW_MS + 500 }),
    flip(),
  ]);
  await expectVersion(requested, `2.0.${flips - 1}`);
  const steady: number[] = [];
  const flipping: number[] = [];
  for (const [index, latency] of latencies.entries()) {
    const at = answeredAt[index] ?? 0;
    const near = flippedAt.some((time) => at >= time && at - latency < time + WINDOW_MS);
    // What comes before the first window warms up.
    if (near) flipping.push(latency);
    else if (at - (answeredAt[0] ?? 0) > WINDOW_MS / 2) steady.push(latency);
  }
  const tail = (values: readonly number[]) => ({ p99: quantile(values, 0.99), max: quantile(values, 1) });
  return { flips, steady: tail(steady), flipping: tail(flipping) };
}

/** Flips that no isolate followed would stall nothing. */
async function expectVersion({ url, headers, body }: Requested, version: string): Promise<void> {
  const response = await fetch(url, { method: 'POST', headers: { ...headers }, body: Buffer.from(body) });
  await response.arrayBuffer();
  const answeredBy = response.headers.get('x-model-version');
  if (answeredBy !== version) throw new Error(`after a flip to ${version}, ${answeredBy} answered`);
}
