import { bundleWorker } from './bundle_worker.ts';
import type { Engine } from './engine.ts';

export const BARE = 'bare-worker';
export const BARE_WITH_READ = 'bare-worker-r2';

/**
 * The floors: Workers that read and write JSON of the same sizes, without and with a conditional read of the pointer.
 */
export async function startBareWorkers(): Promise<Engine[]> {
  const modules = await bundleWorker('bare');
  const floor = (name: string, description: string, workers: Engine['workers']): Engine => ({
    name,
    description,
    isFloor: true,
    workers,
    open: async (_network, stage) => ({
      predict: new URL('/predict', stage.url(name)),
      infer: new URL('/infer', stage.url(name)),
      processId: stage.processId,
    }),
    stop: async () => undefined,
  });
  return [
    floor(
      BARE,
      'a bare Worker that parses and answers JSON of the same sizes; binary, it takes and gives the bytes',
      [{ name: BARE, modules, variables: { READS_POINTER: 'no' } }],
    ),
    floor(BARE_WITH_READ, 'the same with one conditional R2 read per request', [
      { name: BARE_WITH_READ, modules, variables: { READS_POINTER: 'yes' } },
    ]),
  ];
}
