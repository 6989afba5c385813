import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A server that has found a blob opens it within this time, however busy the machine is. Milliseconds. */
const GRACE_MS = 60_000;
const BLOB_ID = /^[0-9a-f]{80}$/;

/**
 * The files of replaced and deleted objects, which a reader that has just found one may still open. They are marked when they
 * are replaced, and deleted by a later process.
 */
export class ReplacedBlobs {
  readonly #blobs: string;
  readonly #marks: string;

  /** @param blobs the folder of the objects' bytes. The marks are in a folder beside it */
  constructor(blobs: string) {
    this.#blobs = blobs;
    this.#marks = join(dirname(blobs), 'replaced');
  }

  /** Marks files. It never fails: on a full disk, they stay, which takes room and harms nothing else. */
  async add(blobs: readonly string[]): Promise<void> {
    if (blobs.length === 0) return;
    try {
      await mkdir(this.#marks, { recursive: true });
      for (const blob of blobs) await writeFile(join(this.#marks, blob), '');
    } catch {
      // What they belonged to is replaced already.
    }
  }

  /** Deletes what was replaced long enough ago. @param now milliseconds since 1970 */
  async sweep(now: number): Promise<void> {
    const marked = await readdir(this.#marks).catch(() => []);
    for (const blob of marked.filter((name) => BLOB_ID.test(name))) {
      const mark = join(this.#marks, blob);
      const at = await stat(mark).catch(() => undefined);
      // Another process may have swept it.
      if (at === undefined || now - at.mtimeMs < GRACE_MS) continue;
      await rm(join(this.#blobs, blob), { force: true });
      await rm(mark, { force: true });
    }
  }
}
