import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { DataPoint } from '../../worker/traffic/data_point.ts';
import { TRAFFIC_DATASET } from '../../worker/traffic/local_store.ts';
import { rewriteQuantiles, weightedQuantile } from './local_sql.ts';

/** Data points are kept for a week. */
const KEPT_SECONDS = 7 * 24 * 3600;
/** Analytics Engine has so many columns of each type. */
const COLUMNS = 20;
const BLOB_COLUMNS = Array.from({ length: COLUMNS }, (_, index) => `blob${index + 1}`);
const DOUBLE_COLUMNS = Array.from({ length: COLUMNS }, (_, index) => `double${index + 1}`);

const filePath = (state: string): string => join(state, 'edge-serving-traffic.sqlite');

/** True if `dev` has ever recorded requests of a local state folder. */
export function hasLocalTraffic(state: string): boolean {
  return existsSync(filePath(state));
}

/** The data points of a local state folder, in the form of a dataset of Analytics Engine. */
export class LocalTraffic {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Opens the file for `dev`, and deletes what is too old. */
  static async openToWrite(state: string): Promise<LocalTraffic> {
    await mkdir(state, { recursive: true });
    const traffic = await LocalTraffic.#open(state, false);
    traffic.#createTable();
    return traffic;
  }

  /** Opens the file for queries. A `dev` may write to it at the same time. */
  static openToRead(state: string): Promise<LocalTraffic> {
    return LocalTraffic.#open(state, true);
  }

  static async #open(state: string, readOnly: boolean): Promise<LocalTraffic> {
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(filePath(state), { readOnly });
    // The functions that queries use and SQLite lacks.
    const options = { deterministic: true };
    database.function('toDateTime', options, (seconds) => seconds);
    database.function('toUInt32', options, (value) => Math.trunc(Number(value)));
    database.function('intDiv', options, (value, by) => Math.floor(Number(value) / Number(by)));
    database.function('weightedQuantile', options, weightedQuantile);
    return new LocalTraffic(database);
  }

  #createTable(): void {
    const columns = [
      'timestamp INTEGER',
      '_sample_interval INTEGER',
      'index1 TEXT',
      ...BLOB_COLUMNS.map((name) => `${name} TEXT`),
      ...DOUBLE_COLUMNS.map((name) => `${name} REAL`),
    ];
    // Other processes read while this one writes.
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF');
    this.#database.exec(`CREATE TABLE IF NOT EXISTS ${TRAFFIC_DATASET} (${columns.join(', ')})`);
    this.#database.exec(
      `CREATE INDEX IF NOT EXISTS by_index ON ${TRAFFIC_DATASET} (index1, timestamp); ` +
        `DELETE FROM ${TRAFFIC_DATASET} WHERE timestamp < ${Math.floor(Date.now() / 1000) - KEPT_SECONDS}`,
    );
  }

  /** @param at milliseconds since 1970 */
  write({ indexes, blobs, doubles }: DataPoint, at: number): void {
    const names = ['timestamp', '_sample_interval', 'index1', ...BLOB_COLUMNS, ...DOUBLE_COLUMNS];
    const values = [
      Math.floor(at / 1000),
      1,
      indexes[0] ?? '',
      ...BLOB_COLUMNS.map((_, index) => blobs[index] ?? ''),
      ...DOUBLE_COLUMNS.map((_, index) => doubles[index] ?? 0),
    ];
    this.#database
      .prepare(
        `INSERT INTO ${TRAFFIC_DATASET} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
      )
      .run(...values);
  }

  /** Answers a query in the words that Analytics Engine and SQLite share. */
  query(sql: string): readonly Record<string, unknown>[] {
    return this.#database.prepare(rewriteQuantiles(sql)).all();
  }

  close(): void {
    this.#database.close();
  }
}
