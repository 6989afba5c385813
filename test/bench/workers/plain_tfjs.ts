import { enableProdMode, memory } from '@tensorflow/tfjs-core';
import type { Nested } from '../runs/nested_values.ts';
import { loadTfjsNetwork } from '../runs/tfjs_network.ts';
import { answerCompute } from '../runs/timed_runs.ts';
import { type BenchEnvironment, readDescription, readFile } from './environment.ts';
import { startPlainBackend } from './plain_backend.ts';

enableProdMode();

/** A Worker as in tutorials: it loads the model at the first request, keeps it and calls it. */
async function start(environment: BenchEnvironment) {
  const backend = await startPlainBackend();
  const emptyHeapBytes = backend.wasm.HEAPU8.length;
  const network = await loadTfjsNetwork(await readDescription(environment), (file) =>
    readFile(environment, file),
  );
  return { backend, network, emptyHeapBytes };
}
let started: ReturnType<typeof start> | undefined;

export default {
  async fetch(request: Request, environment: BenchEnvironment): Promise<Response> {
    started ??= start(environment);
    const { backend, network, emptyHeapBytes } = await started;
    switch (new URL(request.url).pathname) {
      case '/compute':
        return answerCompute(network.run, request);
      case '/memory':
        return Response.json({
          heapBytes: backend.wasm.HEAPU8.length,
          emptyHeapBytes,
          tensors: memory().numTensors,
        });
      default: {
        const { instances } = await request.json<{ instances: Nested }>();
        return Response.json(network.predict(instances));
      }
    }
  },
};
