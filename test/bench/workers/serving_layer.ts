import product from '../../../worker/index.ts';
import { timeRuns } from '../shared/timed_runs.ts';
import type { BenchEnvironment } from './environment.ts';
import { readOurNetwork } from './our_network.ts';

/**
 * The product's own entry called in a loop, in one isolate and without HTTP; the same requests parsed and the
 * same answers written by a handler that does nothing else; and the network alone.
 */
async function start(environment: BenchEnvironment) {
  const { load, runOf, network } = await readOurNetwork(environment);
  return { network, run: runOf(await load()) };
}
let started: ReturnType<typeof start> | undefined;

export default {
  async fetch(request: Request, environment: Env & BenchEnvironment, context: ExecutionContext) {
    started ??= start(environment);
    const { network, run } = await started;
    const runs = Number(new URL(request.url).searchParams.get('runs') ?? 1);
    const body = await request.text();
    const values = new Float32Array(network.input.shape.reduce((count, size) => count * size, 1));
    const url = `http://bench/v1/models/${network.name}:predict`;
    const ask = () => new Request(url, { method: 'POST', body });

    const first = await product.fetch(ask(), environment, context);
    const answer: unknown = await first.json();
    if (!first.ok) throw new Error(`the product answered ${first.status}: ${JSON.stringify(answer)}`);
    const headers = [...first.headers];

    const handled = await timed(runs, async () => {
      const response = await product.fetch(ask(), environment, context);
      await response.text();
    });
    const floor = await timed(runs, async () => {
      await ask().json();
      await new Response(JSON.stringify(answer), { headers }).text();
    });
    const { milliseconds } = await timeRuns(run, values, runs);
    return Response.json({ handled, floor, compute: (1000 * milliseconds) / runs });
  },
};

/** Microseconds per call. */
async function timed(runs: number, call: () => Promise<void>): Promise<number> {
  const started = performance.now();
  for (let index = 0; index < runs; index++) await call();
  return (1000 * (performance.now() - started)) / runs;
}
