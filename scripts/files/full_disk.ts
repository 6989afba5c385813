import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname } from 'node:path';
import type { ErrorCode } from '../../worker/model/coded_error.ts';
import { ExplainedError } from '../cli/explained_error.ts';
import { formatBytes } from '../cli/format.ts';

/** True for the directory of temporary files, and for one that a command created there. */
function isTemporary(directory: string): boolean {
  return directory === tmpdir() || basename(directory).startsWith('edge-serving-');
}

/** Space that a write needs in addition to its own bytes: local R2 keeps a database with a log. */
const MARGIN_BYTES = 64 * 1024;
const CHECK_MS = 500;

/** A disk is full. The message names it, and what to do. */
class FullDiskError extends ExplainedError {
  override readonly code: ErrorCode = 'ERR_DISK_FULL';

  constructor(directory: string, free: number, cause?: unknown) {
    super(
      [
        `no space left on the disk of ${directory} (ENOSPC): ${formatBytes(free)} are free`,
        `Free some space${isTemporary(directory) ? ', or name another directory in TMPDIR' : ''}, and run the command again to continue.`,
      ],
      cause,
    );
  }
}

/**
 * Runs an action that writes below a directory, and reports a full disk before it, while it does not answer, or after
 * it failed. In that case workerd reports `Unspecified error`, or nothing for a minute.
 *
 * @param bytes the number of bytes about to be written
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
 * Checks that these directories have space, before work that needs it.
 *
 * @throws FullDiskError
 */
export async function requireRoom(...directories: readonly string[]): Promise<void> {
  for (const directory of directories) {
    const free = await freeBytes(directory);
    if (free < MARGIN_BYTES) throw new FullDiskError(directory, free);
  }
}

/** Rejects if the disk was full in two consecutive checks; never resolves. */
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

/** Returns the free bytes of the disk of an existing or future directory, or 0 if no more files can be created. */
async function freeBytes(directory: string): Promise<number> {
  for (let path = directory; ; path = dirname(path)) {
    try {
      const { bavail, bsize, files, ffree } = await statfs(path);
      return files > 0 && ffree === 0 ? 0 : bavail * bsize;
    } catch {
      // If the space cannot be determined, the write itself reports a full disk.
      if (path === dirname(path)) return Number.POSITIVE_INFINITY;
    }
  }
}
