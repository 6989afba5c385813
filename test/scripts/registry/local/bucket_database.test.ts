import { readdir } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openBucketDatabase } from '../../../../scripts/registry/local/bucket_database.ts';
import { openLocalRegistry } from '../../../../scripts/registry/local/local_registry.ts';
import { localBucket } from '../../../fixtures/commands/local_bucket.ts';
import { temporaryFolder } from '../../../fixtures/commands/temporary_folder.ts';

/** A state folder that Miniflare made, with one object. */
async function madeState(): Promise<string> {
  const state = await temporaryFolder();
  const registry = await openLocalRegistry(state);
  await registry.store.put('key', new TextEncoder().encode('text'), { condition: { kind: 'always' } });
  await registry.close();
  return state;
}

test('the database of the pinned Miniflare is opened', async () => {
  const database = await openBucketDatabase(localBucket(await madeState()).database);
  expect(database?.prepare('SELECT key, size FROM _mf_objects').all()).toEqual([{ key: 'key', size: 4 }]);
  database?.close();
});

test('a database that does not exist is not made', async () => {
  const state = await temporaryFolder();
  expect(await openBucketDatabase(localBucket(state).database)).toBeUndefined();
  expect(await readdir(state)).toEqual([]);
});

test.each([
  ['another column', 'ALTER TABLE _mf_objects ADD COLUMN storage_class TEXT'],
  ['another table', 'CREATE TABLE _mf_versions (key TEXT)'],
  ['a trigger', 'CREATE TRIGGER t AFTER DELETE ON _mf_objects BEGIN SELECT 1; END'],
  ['a missing table', 'DROP TABLE _mf_multipart_parts'],
  [
    'an object that was uploaded in parts',
    "INSERT INTO _mf_multipart_uploads (upload_id, key, http_metadata, custom_metadata) VALUES ('u', 'k', '{}', '{}')",
  ],
  ['another journal', 'PRAGMA journal_mode = DELETE'],
])('a database with %s is left to workerd', async (_, statement) => {
  const state = await madeState();
  const { database: path } = localBucket(state);
  const database = new DatabaseSync(path);
  database.exec(statement);
  database.close();
  expect(await openBucketDatabase(path)).toBeUndefined();
});

test('a registry whose files have another form is opened by workerd', async () => {
  const state = await madeState();
  const database = new DatabaseSync(localBucket(state).database);
  database.exec('CREATE TABLE _mf_versions (key TEXT)');
  database.close();
  const registry = await openLocalRegistry(state);
  const read = await registry.store.get('key');
  expect(read.kind === 'found' && (await read.object.text())).toBe('text');
  await registry.close();
});
