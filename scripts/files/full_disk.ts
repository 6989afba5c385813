import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname } from 'node:path';
import { ExplainedError } from '../cli/explained_error.ts';
import { formatBytes } from '../cli/format.ts';

/** The directory of temporary files, or one that a command made there. */
function isTemporary(directory: string): boolean {
  return directory === tmpdir() || basename(directory).startsWith('edge-serving-');
}

/** What a write needs beside its own bytes: local R2 keeps a database with a log. */
const MARGIN_BYTES = 64 * 1024;
const CHECK_MS = 500;

/** A disk has no room for what was to be written; the message says which, and what to do. */
class FullDiskError extends ExplainedError {
  constructor(directory: string, free: number, cause?: unknown) {
    super(
      [
        `no space left on the disk of ${directory} (ENOSPC): ${formatBytes(free)} are free`,
        `Free some space${isTemporary(directory) ? ', or name another directory in TMPDIR' : ''}, and run this again: it does what is left.`,
      ],
      cause,
    );
  }
}

/**
 * Does something that writes below a directory, and tells it where the disk is full: before it, while it gets no
 * answer, or after it failed. workerd says `Unspecified error` then, or nothing for a minute.
 *
 * @param bytes how many are about to be written
 * @throws FullDiskError
 */
export async function unlessDiskFull<T>(
  directory: string,
  bytes: number,
  operation: () => Promise<T>,
): Promise<T> {
  const free = await freeBytes(directory);
  if (free < bytes) throw new FullDiskError(directory, free);
  const done = new AbortController();
  try {
    return await Promise.race([operation(), whenFull(directory, done.signal)]);
  } catch (error) {
    const left = await freeBytes(directory);
    throw left < bytes + MARGIN_BYTES && !(error instanceof FullDiskError)
      ? new FullDiskError(directory, left, error)
      : error;
  } finally {
    done.abort();
  }
}

/**
 * Makes sure that something can be written below these directories, before any work is done for it.
 *
 * @throws FullDiskError
 */
export async function requireRoom(...directories: readonly string[]): Promise<void> {
  for (const directory of directories) {
    const free = await freeBytes(directory);
    if (free < MARGIN_BYTES) throw new FullDiskError(directory, free);
  }
}

/** Rejects when the disk was full twice in a row; never resolves. */
function whenFull(directory: string, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    let wasFull = false;
    const timer = setInterval(async () => {
      const free = await freeBytes(directory);
      if (wasFull && free < MARGIN_BYTES) reject(new FullDiskError(directory, free));
      wasFull = free < MARGIN_BYTES;
    }, CHECK_MS);
    signal.addEventListener('abort', () => clearInterval(timer));
  });
}

/** Of the disk on which a directory is or would be made; none where no more files can be made. */
async function freeBytes(directory: string): Promise<number> {
  for (let path = directory; ; path = dirname(path)) {
    try {
      const { bavail, bsize, files, ffree } = await statfs(path);
      return files > 0 && ffree === 0 ? 0 : bavail * bsize;
    } catch {
      // What cannot be asked is not in the way: the write itself will tell.
      if (path === dirname(path)) return Number.POSITIVE_INFINITY;
    }
  }
}
