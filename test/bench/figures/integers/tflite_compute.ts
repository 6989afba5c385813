import { bundleWorker } from '../../engines/bundle_worker.ts';
import { OUR_RUNTIME, OURS } from '../../engines/ours.ts';
import { startStage } from '../../engines/stage.ts';
import { startTfliteBrowser } from '../../engines/tflite_browser.ts';
import { tfliteModel } from '../../networks/sources/tflite_model.ts';
import type { Settings } from '../../settings.ts';
import { computeOnce, computeRuns } from '../compute.ts';
import { warmUp } from '../load/warm_up.ts';
import { inTimedRounds, type TimedRounds } from '../rounds.ts';

export const TFLITE_WEB = 'tfjs-tflite';

/** Both round sums of integers to integers, and may come to neighbors where these are halves. */
const ONE_STEP = 1;

interface Subject {
  readonly processId: number | undefined;
  /** The milliseconds of so many inferences. */
  readonly batch: (runs: number) => Promise<number>;
}

/**
 * Milliseconds per inference of a quantized network in TensorFlow Lite's format, by this product's runtime and by TensorFlow
 * Lite's own WebAssembly runtime in a browser.
 *
 * @returns undefined without the network's files or a browser
 */
export async function measureTflite(
  settings: Settings,
  onProgress: (message: string) => void,
): Promise<TimedRounds | undefined> {
  const model = await tfliteModel();
  if (model === undefined) {
    onProgress(`${TFLITE_WEB}: the network's files are not on this machine`);
    return undefined;
  }
  const { network, bytes } = model;
  const browser = await startTfliteBrowser(bytes, Uint8Array.from(network.input.values));
  if (browser === undefined) {
    onProgress(`${TFLITE_WEB}: there is no browser on this machine`);
    return undefined;
  }
  const stage = await startStage(network, [
    { name: OUR_RUNTIME, modules: await bundleWorker('our_runtime') },
  ]);
  try {
    const url = new URL('/compute', stage.url(OUR_RUNTIME));
    const [ours = []] = [...(await computeOnce(network, url)).values()];
    expectSame(ours, await browser.answer());
    const engines: ReadonlyMap<string, Subject> = new Map([
      [
        OURS,
        {
          processId: stage.processId,
          batch: async (runs) => (await computeRuns(network, url, runs)).milliseconds,
        },
      ],
      [TFLITE_WEB, { processId: browser.processId, batch: browser.run }],
    ]);
    const subjects = new Map<string, Subject & { readonly runs: number }>();
    for (const [engine, subject] of engines)
      subjects.set(engine, { ...subject, runs: await warmUp(subject.batch, settings) });
    return await inTimedRounds(subjects, settings.computeRounds, async ({ batch, runs }) => ({
      figure: (await batch(runs)) / runs,
      of: (processorMs) => processorMs / runs,
    }));
  } finally {
    await stage.stop();
    await browser.stop();
  }
}

function expectSame(ours: ArrayLike<number>, theirs: readonly number[]): void {
  const isSame = theirs.every((value, index) => Math.abs(value - (ours[index] ?? Number.NaN)) <= ONE_STEP);
  if (ours.length !== theirs.length || !isSame)
    throw new Error(`${TFLITE_WEB} computes another network: its integers differ by more than one step`);
}
