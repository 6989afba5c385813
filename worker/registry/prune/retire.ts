import { DEFAULT_LEASE } from '../pointer/moment.ts';
import { type Pointer, versionsInUse } from '../pointer/pointer.ts';
import { requirePointer, updatePointer } from '../pointer/pointer_store.ts';
import { type ChangeRecord, pruneTransition } from '../pointer/pointer_transitions.ts';
import { NOTHING_PUBLISHED } from '../pointer/transition.ts';
import { publishedNow } from '../publish/publication.ts';
import type { ObjectStore } from '../storage/object_store.ts';
import { manifestKey } from '../storage/storage_keys.ts';
import { listVersions } from '../version/version_store.ts';
import { enter, type PruneContext, type PruneProgress } from './progress.ts';

export type StageOutcome =
  | { readonly kind: 'more' }
  | { readonly kind: 'finished' }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Retires the versions of a model that nothing needs, then deletes their manifests. Nothing can flip to a retired
 * version. After a kill at any point, running it again finishes the work.
 */
export async function retireVersions(
  store: ObjectStore,
  progress: PruneProgress,
  record: ChangeRecord,
  wait: (milliseconds: number) => Promise<void>,
  { mayGoOn }: PruneContext,
): Promise<StageOutcome> {
  const { model, keep, dryRun } = progress;
  const published = await listVersions(store, model);
  if (published.length === 0 && progress.versions.length === 0) {
    return { kind: 'refused', reason: `the model ${model} does not exist` };
  }
  // The order of the reads matters: versions, announcements, pointer. A listed version whose publish is no longer
  // announced has already been flipped to.
  const isPublishing = await publishedNow(store, model, new Date());
  const newest = new Set(keep === 0 ? [] : published.slice(-keep));
  const choose = (inUse: ReadonlySet<string>): string[] =>
    published.filter((version) => !newest.has(version) && !inUse.has(version) && !isPublishing(version));
  let pointer: Pointer | undefined;
  if (dryRun) {
    pointer = await requirePointer(store, model);
    if (pointer === undefined) return { kind: 'refused', reason: NOTHING_PUBLISHED };
    pointer = { ...pointer, retired: [...pointer.retired, ...choose(versionsInUse(pointer))] };
  } else {
    // One change names at most as many versions as a history entry may hold, so that several may be necessary.
    for (let change = 1; ; change++) {
      if (change > 1 && !mayGoOn()) return { kind: 'more' };
      const part = change === 1 ? record : { ...record, id: `${record.id}.${change}` };
      const options = { wait, agreement: { lease: DEFAULT_LEASE } };
      const update = await updatePointer(store, model, pruneTransition(choose, part), options);
      if (update.kind === 'refused') return update;
      // Until then isolates may answer by a state in which a client can ask for what is retired.
      if (update.kind === 'changed' && update.effect.settlesInMs > 0) await wait(update.effect.settlesInMs);
      pointer = update.pointer;
      if (update.kind === 'unchanged') break;
    }
  }
  // Versions that an earlier prune retired but did not delete are still listed and are deleted too.
  const inUse = versionsInUse(pointer);
  const retired = new Set(pointer.retired);
  const gone = published.filter((version) => retired.has(version) && !inUse.has(version));
  progress.versions = [...progress.versions, ...gone];
  progress.kept = published.filter((version) => !gone.includes(version));
  if (!dryRun) await store.delete(gone.map((version) => manifestKey(model, version)));
  enter(progress, 'announcements');
  return { kind: 'finished' };
}
