import { bundleWorker } from './bundle_worker.ts';
import type { Engine } from './engine.ts';

export const PLAIN = 'tfjs-worker';

/** The alternative without the product: tfjs in a Worker, as tutorials show. */
export async function startPlainWorker(): Promise<Engine> {
  return {
    name: PLAIN,
    description: 'a plain Worker with tfjs on its wasm backend, as tutorials show',
    isFloor: false,
    workers: [{ name: PLAIN, modules: await bundleWorker('plain_tfjs') }],
    open: async (_network, stage) => ({
      predict: new URL('/predict', stage.url(PLAIN)),
      compute: new URL('/compute', stage.url(PLAIN)),
      processId: stage.processId,
    }),
    stop: async () => undefined,
  };
}
