import { bundleWorker } from '../../engines/bundle_worker.ts';
import type { OpenNetwork } from '../../engines/engine.ts';
import type { Stage, WorkerSpecification } from '../../engines/stage.ts';
import type { Network } from '../../networks/network.ts';
import { readingLoop, UNIT_BYTES } from './reading_loop.ts';

/** Reading as many bytes as a network has weights, in a Worker: a limit of every engine that reads all of them. */
export const READING = 'reading alone';
const WORKER = 'read-weights';

/** A Worker that reads as many bytes as the network has weights, and does nothing else, for each inference. */
export async function readingWorker({
  weightBytes,
}: Pick<Network, 'weightBytes'>): Promise<WorkerSpecification> {
  const loop = await readingLoop();
  const bytes = Math.floor(weightBytes / UNIT_BYTES) * UNIT_BYTES;
  return {
    name: WORKER,
    modules: [...(await bundleWorker('read_weights')), loop],
    variables: { LOOP: `./${loop.path}`, BYTES: String(bytes) },
  };
}

export function openReading(stage: Stage): OpenNetwork {
  return { compute: new URL('/compute', stage.url(WORKER)), processId: stage.processId };
}
