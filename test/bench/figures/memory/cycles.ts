import * as v from 'valibot';
import { OUR_RUNTIME } from '../../engines/ours.ts';
import type { Stage } from '../../engines/stage.ts';
import type { Network } from '../../networks/network.ts';

const MemorySchema = v.object({
  memory: v.array(v.object({ cycles: v.number(), heapBytes: v.number(), tensors: v.number() })),
});
/** Memory after some numbers of loads and unloads of a network, with one run after each load. */
export type CycleFigures = v.InferOutput<typeof MemorySchema>['memory'];

export async function measureCycles(network: Network, stage: Stage, cycles: number): Promise<CycleFigures> {
  const points = [10, Math.round(cycles / 2), cycles];
  const url = new URL(`/cycles?after=${points.join(',')}`, stage.url(OUR_RUNTIME));
  const response = await fetch(url, { method: 'POST', body: network.input.values });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return v.parse(MemorySchema, await response.json()).memory;
}

/** True if the last cycle uses no more memory than the tenth. */
export function isFlat(figures: CycleFigures): boolean {
  const [first] = figures;
  const last = figures.at(-1);
  return first !== undefined && first.heapBytes === last?.heapBytes && first.tensors === last.tensors;
}
