import { stat } from 'node:fs/promises';
import type { DatabaseSync } from 'node:sqlite';
import { loadSqlite } from './sqlite.ts';

/** How long a write waits for that of another process. Milliseconds. */
const BUSY_LIMIT_MS = 5_000;

/** The tables of the pinned Miniflare, as SQLite describes them, without line breaks. */
const SCHEMA: Readonly<Record<string, string>> = {
  _mf_multipart_parts:
    'CREATE TABLE _mf_multipart_parts ( upload_id TEXT NOT NULL REFERENCES _mf_multipart_uploads(upload_id), ' +
    'part_number INTEGER NOT NULL, blob_id TEXT NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL, ' +
    'checksum_md5 TEXT NOT NULL, object_key TEXT REFERENCES _mf_objects(key) DEFERRABLE INITIALLY DEFERRED, ' +
    'PRIMARY KEY (upload_id, part_number) )',
  _mf_multipart_uploads:
    'CREATE TABLE _mf_multipart_uploads ( upload_id TEXT PRIMARY KEY, key TEXT NOT NULL, ' +
    'http_metadata TEXT NOT NULL, custom_metadata TEXT NOT NULL, state TINYINT DEFAULT 0 NOT NULL )',
  _mf_objects:
    'CREATE TABLE _mf_objects ( key TEXT PRIMARY KEY, blob_id TEXT, version TEXT NOT NULL, size INTEGER NOT NULL, ' +
    'etag TEXT NOT NULL, uploaded INTEGER NOT NULL, checksums TEXT NOT NULL, http_metadata TEXT NOT NULL, ' +
    'custom_metadata TEXT NOT NULL )',
};

/**
 * Opens the database of a bucket beside the workerd that may have it open. Returns undefined if only workerd can read
 * it: there is no database yet, it has another form than that of the pinned Miniflare, or the system cannot open it. On
 * Windows, workerd keeps its locks in its own memory, so that no other process may write.
 */
export async function openBucketDatabase(path: string): Promise<DatabaseSync | undefined> {
  const sqlite = process.platform === 'win32' ? undefined : loadSqlite();
  const found = await stat(path).catch(() => undefined);
  if (sqlite === undefined || found === undefined) return undefined;
  let database: DatabaseSync | undefined;
  try {
    database = new sqlite.DatabaseSync(path);
    database.exec(`PRAGMA busy_timeout = ${BUSY_LIMIT_MS}`);
    if (hasKnownForm(database)) return database;
  } catch {
    // workerd reports why it cannot be opened, or can.
  }
  database?.close();
  return undefined;
}

function hasKnownForm(database: DatabaseSync): boolean {
  const mode = database.prepare('PRAGMA journal_mode').get();
  if (mode?.journal_mode !== 'wal') return false;
  const tables = database
    .prepare(
      "SELECT name, sql FROM sqlite_master WHERE type <> 'index' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'",
    )
    .all();
  const isKnown = tables.every(
    ({ name, sql }) => SCHEMA[String(name)] === String(sql).replaceAll(/\s+/g, ' '),
  );
  // Objects that were uploaded in parts consist of several files.
  const uploads = database.prepare('SELECT 1 FROM _mf_multipart_uploads LIMIT 1').get();
  return isKnown && tables.length === Object.keys(SCHEMA).length && uploads === undefined;
}
