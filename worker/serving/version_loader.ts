import { openBlob } from '../registry/blob_store.ts';
import type { Blob, Manifest } from '../registry/manifest.ts';
import type { ObjectStore } from '../registry/object_store.ts';
import { loadModel } from '../runtime/load_model.ts';
import type { LoadControl } from './load_control.ts';
import { retryOnce } from './retry_once.ts';
import { Servable } from './servable.ts';
import { IntegrityError, verifiedPieces } from './verified_stream.ts';
import { warmUp } from './warmup.ts';

/**
 * Makes a servable of a published version: streams its files through verification into the runtime, then lets
 * it answer its warmup requests. Nothing stays allocated when it throws.
 *
 * @param onUnplanned told why a shape is not computed by a plan
 * @throws if a blob is missing or is not what the manifest says, if the runtime cannot load the model, or if a
 * warmup request fails
 */
export async function loadVersion(
  store: ObjectStore,
  manifest: Manifest,
  control: LoadControl,
  onUnplanned: (reason: string) => void = () => undefined,
): Promise<Servable> {
  const { content } = manifest;
  const blobs = new Map(content.blobs.map((blob) => [blob.path, blob]));
  const open = (path: string): AsyncIterable<Uint8Array> => {
    const blob = blobs.get(path);
    if (blob === undefined) throw new IntegrityError(`the manifest lists no file ${path}`);
    return control.watch(readBlob(store, blob));
  };
  const loaded = await loadModel({
    format: content.format,
    topology: content.topology,
    open,
    onAbandon: control.onAbandon,
    onUnplanned,
  });
  const servable = new Servable(manifest, loaded);
  try {
    for (const warmup of content.warmup) await warmUp(servable, warmup);
    return servable;
  } catch (error) {
    servable.dispose();
    throw error;
  }
}

async function* readBlob(store: ObjectStore, blob: Blob): AsyncGenerator<Uint8Array, void> {
  const read = await retryOnce(() => openBlob(store, blob.sha256));
  if (read.kind === 'missing') throw new IntegrityError(`the blob of ${blob.path} is missing`);
  yield* verifiedPieces(blob, read.stream);
}
