import type { ObjectStore } from './object_store.ts';
import { type PointerUpdate, readPointer, type UpdateOptions, updatePointer } from './pointer_store.ts';
import type { PointerTransition } from './pointer_transitions.ts';
import { readManifest } from './version_store.ts';

/**
 * Applies a transition that points to `version`, after looking whether that version is published. A prune that
 * comes in between retires the version in the pointer first, which the transition then sees.
 *
 * @throws as updatePointer does
 */
export async function pointToVersion(
  store: ObjectStore,
  model: string,
  version: string,
  transition: PointerTransition,
  options: UpdateOptions,
): Promise<PointerUpdate> {
  const manifest = await readManifest(store, model, version);
  if (manifest.kind === 'malformed') {
    return {
      kind: 'refused',
      reason: `the manifest of ${model} ${version} is malformed: ${manifest.reason}`,
    };
  }
  if (manifest.kind === 'missing') {
    const read = await readPointer(store, model);
    const wasPruned = read.kind === 'found' && read.pointer.retired.includes(version);
    // The transition says that better.
    if (!wasPruned) return { kind: 'refused', reason: `${model} ${version} is not published` };
  }
  return updatePointer(store, model, transition, options);
}
