import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MODELS_PREFIX, parseStorageKey } from '../../../worker/registry/storage/storage_keys.ts';
import { compareVersions } from '../../../worker/registry/version/version.ts';
import { openBucketDatabase } from '../../registry/local/bucket_database.ts';

/**
 * Returns the versions of each model in a local state folder, newest first, whatever their environment is. To be fast
 * enough for a completion, it reads the databases of local R2 without starting workerd. Without them it finds nothing.
 */
export async function localNames(state: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const names = new Map<string, string[]>();
  for (const file of await databaseFiles(join(state, 'v3', 'r2'))) {
    for (const key of await manifestKeys(file)) {
      const what = parseStorageKey(key);
      if (what?.kind !== 'manifest') continue;
      const versions = names.get(what.model) ?? [];
      if (!versions.includes(what.version)) versions.push(what.version);
      names.set(what.model, versions);
    }
  }
  for (const versions of names.values()) versions.sort((one, other) => compareVersions(other, one));
  return names;
}

async function databaseFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  return entries.filter((path) => path.endsWith('.sqlite')).map((path) => join(folder, path));
}

async function manifestKeys(file: string): Promise<string[]> {
  const database = await openBucketDatabase(file);
  if (database === undefined) return [];
  try {
    const rows = database
      .prepare("SELECT key FROM _mf_objects WHERE key LIKE ? AND key LIKE '%/manifest.json'")
      .all(`${MODELS_PREFIX}%`);
    return rows.map(({ key }) => String(key));
  } finally {
    database.close();
  }
}
