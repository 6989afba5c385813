import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const PREFIX = 'edge-serving-rehearsal-';

/** Creates a temporary folder for a rehearsal, named after its process. */
export async function makeSandboxFolder(): Promise<string> {
  await removeOrphans();
  return mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
}

/** True if a path is such a folder. No other folder is ever removed. */
export function isSandboxFolder(path: string): boolean {
  return basename(path).startsWith(PREFIX);
}

/** Removes the folders of processes that ended without cleaning up. */
async function removeOrphans(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const owner = name.startsWith(PREFIX) ? Number.parseInt(name.slice(PREFIX.length), 10) : Number.NaN;
    if (Number.isNaN(owner) || isRunning(owner)) continue;
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch (error) {
    // The process exists and belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
