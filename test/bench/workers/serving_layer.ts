import product from '../../../worker/index.ts';
import { elementCount } from '../../../worker/model/tensor.ts';
import { timeRuns } from '../runs/timed_runs.ts';
import type { BenchEnvironment } from './environment.ts';
import { readOurNetwork } from './our_network.ts';

/** Three loops in one isolate, without HTTP. `what` selects one. */
async function start(environment: BenchEnvironment) {
  const { load, runOf, network } = await readOurNetwork(environment);
  const length = elementCount(network.input.shape);
  const values = Float32Array.from({ length }, (_, index) => (index % 7) / 7);
  return { run: runOf(await load()), values, url: `http://bench/v1/models/${network.name}:predict` };
}
let started: ReturnType<typeof start> | undefined;

export default {
  async fetch(request: Request, environment: Env & BenchEnvironment, context: ExecutionContext) {
    started ??= start(environment);
    const { run, values, url } = await started;
    const { searchParams } = new URL(request.url);
    const runs = Number(searchParams.get('runs') ?? 1);
    const body = await request.text();
    // Clients send the length of the body.
    const headers = { 'content-type': 'application/json', 'content-length': String(body.length) };
    const ask = () =>
      new Request<unknown, IncomingRequestCfProperties>(url, { method: 'POST', body, headers });
    const handle = () => product.fetch(ask(), environment, context);
    switch (searchParams.get('what')) {
      // The product's own entry.
      case 'handled':
        return timed(runs, async () => {
          await (await handle()).text();
        });
      // A handler that only parses the same requests and writes the same answers.
      case 'floor': {
        const answered = await handle();
        const answer: unknown = await answered.json();
        if (!answered.ok)
          throw new Error(`the product answered ${answered.status}: ${JSON.stringify(answer)}`);
        // The platform takes three times as long to make headers from a list of pairs.
        const headers = Object.fromEntries(answered.headers);
        return timed(runs, async () => {
          await ask().json();
          await new Response(JSON.stringify(answer), { headers }).text();
        });
      }
      // The network alone.
      default: {
        const { milliseconds } = await timeRuns(run, values, runs);
        return Response.json({ milliseconds });
      }
    }
  },
};

async function timed(runs: number, call: () => Promise<void>): Promise<Response> {
  const began = performance.now();
  for (let index = 0; index < runs; index++) await call();
  return Response.json({ milliseconds: performance.now() - began });
}
