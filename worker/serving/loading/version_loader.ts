import type { Manifest } from '../../registry/version/manifest.ts';
import { weightLimit } from '../../registry/version/memory_need.ts';
import { proofsOf } from '../../registry/version/version_blobs.ts';
import { loadModel, type StoredProofOutcome } from '../../runtime/loading/load_model.ts';
import type { LoadTask } from '../servables/load_task.ts';
import { Servable } from '../servables/servable.ts';
import { BlobReader, type BlobSource } from './blob_reader.ts';
import { openPlanFiles, type PlanFiles } from './plan_files.ts';
import { warmUp } from './warmup.ts';

export interface LoadObserver {
  /** Receives the reason why a plan does not compute a shape. */
  readonly onUnplanned?: (reason: string) => void;
  /** Receives what became of each proof that the version was published with. */
  readonly onStoredProof?: (outcome: StoredProofOutcome) => void;
  /** Receives the reason why a warmup request that was guessed was not computed. */
  readonly onCold?: (reason: string) => void;
}

/**
 * Loads a published version as a servable: streams its verified files into the runtime, then computes its warmup
 * requests. If it throws, it has freed all of its memory. If the cache returned wrong content, the load is repeated
 * from storage.
 *
 * @param observer told the reasons why a plan or a warmup request is missing
 * @throws if a blob is missing or differs from the manifest, if the runtime cannot load the model, or if a warmup
 *   request that was written fails
 */
export async function loadVersion(
  source: BlobSource,
  manifest: Manifest,
  task: LoadTask,
  observer: LoadObserver = {},
): Promise<Servable> {
  const reader = new BlobReader(source, manifest.content.blobs);
  const plans = openPlanFiles(source, manifest, (reason) =>
    observer.onStoredProof?.({ kind: 'not prepared', reason }),
  );
  try {
    const servable = await loadFrom(reader, plans, manifest, task, observer);
    // Not awaited: the load does not depend on the cache.
    task.waitUntil(reader.keepMissed().then(plans.keepMissed));
    return servable;
  } catch (error) {
    if (!reader.wasMisled) throw error;
    const storage = new BlobReader({ store: source.store }, manifest.content.blobs);
    return await loadFrom(storage, plans, manifest, task, observer);
  }
}

async function loadFrom(
  reader: BlobReader,
  plans: PlanFiles,
  manifest: Manifest,
  task: LoadTask,
  { onUnplanned = () => undefined, onStoredProof = () => undefined, onCold }: LoadObserver,
): Promise<Servable> {
  const { format, topology, blobs, warmup } = manifest.content;
  try {
    // Requested while the backend is created.
    reader.openAhead(blobs.find(({ path }) => path === topology));
    const loaded = await loadModel({
      declared: { bytes: manifest.content.weightBytes, most: weightLimit(manifest) },
      name: `${manifest.model} ${manifest.version}`,
      format,
      topology,
      open: (path) => task.watch(reader.read(path)),
      onAbandon: task.onAbandon,
      onUnplanned,
      proofs: proofsOf(manifest),
      prepared: plans.files,
      onStoredProof,
    });
    const servable = new Servable(manifest, loaded);
    try {
      for (const request of warmup) {
        await task.pause();
        const reason = await warmUp(servable, request, task.pauses ? task.pause : undefined);
        if (reason === undefined) continue;
        servable.cold ??= reason;
        onCold?.(reason);
      }
      // A second run proves the plans, in parts between requests, so that a plan computes the first request after the
      // flip. If a request waits for the load, the second run would take longer than it saves.
      for (const request of warmup) {
        await task.pause();
        if (task.pauses) await warmUp(servable, request, task.pause);
      }
      return servable;
    } catch (error) {
      servable.dispose();
      throw error;
    }
  } finally {
    reader.close();
  }
}
