import { requirePointer } from '../../worker/registry/pointer/pointer_store.ts';
import type { Manifest } from '../../worker/registry/version/manifest.ts';
import { listVersions, readManifest } from '../../worker/registry/version/version_store.ts';
import { missingModel } from '../pointer/refusal.ts';
import { describePlace } from './place.ts';
import type { Registry } from './registry.ts';
import { findNamedVersion } from './version_name.ts';

export type FoundVersion =
  | { readonly kind: 'found'; readonly manifest: Manifest }
  /** The reason is a sentence that names what exists. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** Reads the manifest of the version that a command line names: by its number, its role or a label. */
export async function findVersion(
  { store, place }: Pick<Registry, 'store' | 'place'>,
  model: string,
  name: string,
): Promise<FoundVersion> {
  const pointer = await requirePointer(store, model);
  const published = await listVersions(store, model);
  if (published.length === 0) return { kind: 'unknown', reason: await missingModel({ store, place }, model) };
  const found = findNamedVersion(name, { pointer, published });
  if (found.kind === 'unknown') {
    return { kind: 'unknown', reason: `${model} in ${describePlace(place)} ${found.reason}` };
  }
  const read = await readManifest(store, model, found.version);
  if (read.kind === 'found') return read;
  const what = read.kind === 'missing' ? 'does not exist any more' : `is malformed: ${read.reason}`;
  return { kind: 'unknown', reason: `the manifest of ${model} ${found.version} ${what}` };
}
