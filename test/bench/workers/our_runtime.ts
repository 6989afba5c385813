import { runtimeMemory } from '../../../worker/runtime/backend/memory.ts';
import { answerCompute, type Run } from '../runs/timed_runs.ts';
import type { BenchEnvironment } from './environment.ts';
import { type OurNetwork, readOurNetwork } from './our_network.ts';

/** The product's runtime without its serving layer, for the cost of compute and the memory after loads. */
let read: Promise<OurNetwork> | undefined;
let run: Promise<Run> | undefined;

/** Loads, runs and unloads the model repeatedly, and returns the memory after the cycles named in `after`. */
async function cycle({ load, runOf }: OurNetwork, request: Request): Promise<Response> {
  const values = new Float32Array(await request.arrayBuffer());
  const points = new URL(request.url).searchParams.get('after')?.split(',').map(Number) ?? [];
  const memory = [];
  for (let cycles = 1; cycles <= Math.max(...points); cycles++) {
    const model = await load();
    await runOf(model)(values);
    model.dispose();
    if (points.includes(cycles)) memory.push({ cycles, ...(await runtimeMemory()) });
  }
  return Response.json({ memory });
}

async function loadOnce({ load, runOf }: OurNetwork): Promise<Run> {
  return runOf(await load());
}

export default {
  async fetch(request: Request, environment: BenchEnvironment): Promise<Response> {
    read ??= readOurNetwork(environment);
    if (new URL(request.url).pathname === '/cycles') return cycle(await read, request);
    run ??= loadOnce(await read);
    return answerCompute(await run, request);
  },
};
