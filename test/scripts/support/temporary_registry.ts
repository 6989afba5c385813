import { afterAll } from 'vitest';
import { openLocalRegistry, type Registry } from '../../../scripts/registry/open_registry.ts';
import type { ObjectStore } from '../../../worker/registry/storage/object_store.ts';
import { temporaryFolder } from './temporary_folder.ts';

/** A local registry for the tests of a file: the one that the scripts open, in a folder of its own. */
export async function temporaryRegistry(): Promise<Registry> {
  const registry = await openLocalRegistry(await temporaryFolder());
  afterAll(() => registry.close());
  return registry;
}

/** Everything in a registry's bucket, as one value to compare: keys and etags. */
export async function snapshot(store: ObjectStore): Promise<Record<string, string>> {
  const objects: Record<string, string> = {};
  for await (const { key, etag } of store.list('')) objects[key] = etag;
  return objects;
}
