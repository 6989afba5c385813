import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import * as v from 'valibot';
import type {
  HeadResult,
  ListOptions,
  ObjectDescription,
  ObjectStore,
  ReadResult,
  WriteCondition,
  WriteOptions,
  WriteResult,
} from '../../../worker/registry/storage/object_store.ts';
import { ReplacedBlobs } from './replaced_blobs.ts';

const RowSchema = v.object({
  key: v.string(),
  /** It becomes the name of a file. */
  blob_id: v.pipe(v.string(), v.regex(/^[0-9a-f]{80}$/)),
  size: v.pipe(v.number(), v.integer(), v.minValue(0)),
  etag: v.string(),
  uploaded: v.pipe(v.number(), v.integer()),
});
type Row = v.InferOutput<typeof RowSchema>;

/** Rows that are read at once. */
const PAGE = 1000;

const FIND = 'SELECT key, blob_id, size, etag, uploaded FROM _mf_objects WHERE key = ?';
const WRITE =
  'INSERT OR REPLACE INTO _mf_objects ' +
  '(key, blob_id, version, size, etag, uploaded, checksums, http_metadata, custom_metadata) ' +
  "VALUES (?, ?, ?, ?, ?, ?, ?, '{}', '{}')";
const DELETE = 'DELETE FROM _mf_objects WHERE key = ? RETURNING blob_id';
const LIST =
  'SELECT key, blob_id, size, etag, uploaded FROM _mf_objects ' +
  'WHERE key >= :prefix AND key > :after AND substr(key, 1, length(:prefix)) = :prefix ORDER BY key LIMIT :page';
const LIST_FOLDERS =
  "SELECT DISTINCT substr(rest, 1, instr(rest, '/') - 1) AS folder FROM (" +
  'SELECT substr(key, length(:prefix) + 1) AS rest FROM _mf_objects ' +
  'WHERE key >= :prefix AND key > :after AND substr(key, 1, length(:prefix)) = :prefix' +
  ") WHERE instr(rest, '/') > 0 ORDER BY folder || '/'";

/**
 * A bucket of local state, in the files of Miniflare, without a workerd. Processes that have it open, workerd among them,
 * wait for each other's writes by the locks of SQLite. As in R2, an etag is the MD5 of the bytes.
 */
export class FileObjectStore implements ObjectStore {
  readonly #database: DatabaseSync;
  readonly #blobs: string;
  readonly #replaced: ReplacedBlobs;

  /** @param blobs the folder of the objects' bytes */
  constructor(database: DatabaseSync, blobs: string) {
    this.#database = database;
    this.#blobs = blobs;
    this.#replaced = new ReplacedBlobs(blobs);
  }

  async get(key: string, options: { unlessEtag?: string } = {}): Promise<ReadResult> {
    const row = this.#find(key);
    if (row === undefined) return { kind: 'missing' };
    if (row.etag === options.unlessEtag) return { kind: 'unchanged' };
    const path = this.#path(row.blob_id);
    return {
      kind: 'found',
      object: {
        etag: row.etag,
        size: row.size,
        uploaded: new Date(row.uploaded),
        get stream() {
          return Readable.toWeb(createReadStream(path));
        },
        text: () => readFile(path, 'utf8'),
      },
    };
  }

  async head(key: string): Promise<HeadResult> {
    const row = this.#find(key);
    return row === undefined ? { kind: 'missing' } : { kind: 'found', description: describe(row) };
  }

  /** @throws if the bytes do not have the given digest, with R2's number of that error */
  async put(key: string, value: Uint8Array, options: WriteOptions): Promise<WriteResult> {
    const { sha256 } = options;
    if (sha256 !== undefined && digest('sha256', value) !== sha256) {
      throw new Error(`the bytes of ${key} do not have the given SHA-256 (10037)`);
    }
    const blob = newBlobId();
    await mkdir(this.#blobs, { recursive: true });
    try {
      await writeFile(this.#path(blob), value, { flag: 'wx', flush: true });
      const { result, replaced } = this.#transaction(() => this.#write(key, blob, value, options));
      if (replaced !== undefined) await this.#replaced.add([replaced]);
      return result;
    } finally {
      if (!this.#names(key, blob)) await rm(this.#path(blob), { force: true });
    }
  }

  async delete(keys: readonly string[]): Promise<void> {
    const remove = this.#database.prepare(DELETE);
    const blobs = this.#transaction(() => keys.flatMap((key) => remove.all(key)));
    await this.#replaced.add(blobs.map(({ blob_id }) => v.parse(RowSchema.entries.blob_id, blob_id)));
  }

  async *list(prefix: string, { after = '' }: ListOptions = {}): AsyncIterable<ObjectDescription> {
    const list = this.#database.prepare(LIST);
    for (let last = after; ; ) {
      const rows = v.parse(v.array(RowSchema), list.all({ prefix, after: last, page: PAGE }));
      yield* rows.map(describe);
      const end = rows.at(-1);
      if (end === undefined || rows.length < PAGE) return;
      last = end.key;
    }
  }

  async *listFolders(prefix: string, { after }: ListOptions = {}): AsyncIterable<string> {
    // No key inside the folder itself sorts after this one.
    const last = after === undefined ? '' : `${prefix}${after}/\u{10ffff}`;
    const rows = this.#database.prepare(LIST_FOLDERS).all({ prefix, after: last });
    for (const { folder } of rows) yield v.parse(v.string(), folder);
  }

  async close(): Promise<void> {
    this.#database.close();
    await this.#replaced.sweep(Date.now());
  }

  #write(
    key: string,
    blob: string,
    value: Uint8Array,
    { condition, sha256 }: WriteOptions,
  ): { readonly result: WriteResult; readonly replaced?: string | undefined } {
    const before = this.#find(key);
    if (!holds(condition, before?.etag)) return { result: { kind: 'conflict' } };
    const etag = digest('md5', value);
    const uploaded = Date.now();
    const checksums = JSON.stringify({ sha256 });
    const version = randomBytes(16).toString('hex');
    this.#database.prepare(WRITE).run(key, blob, version, value.byteLength, etag, uploaded, checksums);
    return {
      result: { kind: 'written', etag, uploaded: new Date(uploaded) },
      replaced: before?.blob_id,
    };
  }

  /** True if the object consists of this file, or if that is unknown after a fault. */
  #names(key: string, blob: string): boolean {
    try {
      return this.#find(key)?.blob_id === blob;
    } catch {
      return true;
    }
  }

  #find(key: string): Row | undefined {
    return v.parse(v.optional(RowSchema), this.#database.prepare(FIND).get(key));
  }

  /** Runs statements while no other process writes. */
  #transaction<T>(run: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = run();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      try {
        this.#database.exec('ROLLBACK');
      } catch {
        // After some faults SQLite has done so.
      }
      throw error;
    }
  }

  #path(blob: string): string {
    return join(this.#blobs, blob);
  }
}

function holds(condition: WriteCondition, etag: string | undefined): boolean {
  switch (condition.kind) {
    case 'always':
      return true;
    case 'absent':
      return etag === undefined;
    case 'matches':
      return etag === condition.etag;
  }
}

function describe({ key, etag, size, uploaded }: Row): ObjectDescription {
  return { key, etag, size, uploaded: new Date(uploaded) };
}

function digest(algorithm: 'md5' | 'sha256', value: Uint8Array): string {
  return createHash(algorithm).update(value).digest('hex');
}

/** Miniflare's form: 32 random bytes and the time. */
function newBlobId(): string {
  const time = Buffer.alloc(8);
  time.writeBigInt64BE(BigInt(Date.now()));
  return Buffer.concat([randomBytes(32), time]).toString('hex');
}
