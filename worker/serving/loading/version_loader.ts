import type { Manifest } from '../../registry/version/manifest.ts';
import { weightNeed } from '../../registry/version/memory_need.ts';
import { loadModel } from '../../runtime/loading/load_model.ts';
import type { LoadControl } from '../servables/load_task.ts';
import { Servable } from '../servables/servable.ts';
import { BlobReader, type BlobSource } from './blob_reader.ts';
import { warmUp } from './warmup.ts';

/**
 * Makes a servable of a published version: streams its files through verification into the runtime, then lets
 * it answer its warmup requests. Nothing stays allocated when it throws. What a cache gave and was not what the
 * manifest says is read from storage instead.
 *
 * @param onUnplanned told why a shape is not computed by a plan
 * @throws if a blob is missing or is not what the manifest says, if the runtime cannot load the model, or if a
 * warmup request fails
 */
export async function loadVersion(
  source: BlobSource,
  manifest: Manifest,
  control: LoadControl,
  onUnplanned: (reason: string) => void = () => undefined,
): Promise<Servable> {
  const reader = new BlobReader(source, manifest.content.blobs);
  try {
    const servable = await loadFrom(reader, manifest, control, onUnplanned);
    // Nobody waits for that, and no load is less for it.
    control.waitUntil(reader.keepMissed());
    return servable;
  } catch (error) {
    if (!reader.wasMisled) throw error;
    const storage = new BlobReader({ store: source.store }, manifest.content.blobs);
    return await loadFrom(storage, manifest, control, onUnplanned);
  }
}

async function loadFrom(
  reader: BlobReader,
  manifest: Manifest,
  control: LoadControl,
  onUnplanned: (reason: string) => void,
): Promise<Servable> {
  const { format, topology, blobs, warmup } = manifest.content;
  try {
    // The backend is made meanwhile.
    reader.openAhead(blobs.find(({ path }) => path === topology));
    const loaded = await loadModel({
      declared: { bytes: manifest.content.weightBytes, most: weightNeed(manifest) },
      name: `${manifest.model} ${manifest.version}`,
      format,
      topology,
      open: (path) => control.watch(reader.read(path)),
      onAbandon: control.onAbandon,
      onUnplanned,
    });
    const servable = new Servable(manifest, loaded);
    try {
      for (const request of warmup) await warmUp(servable, request);
      // The second time plans are proven, so that the first request after the flip is answered by one. Where somebody
      // waits for the load, it would wait longer than it saves.
      for (const request of control.pauses ? warmup : []) {
        await control.pause();
        await warmUp(servable, request);
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
