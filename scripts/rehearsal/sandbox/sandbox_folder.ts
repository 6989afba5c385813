import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const PREFIX = 'edge-serving-rehearsal-';

/** A temporary folder for a rehearsal, named after the process that it belongs to. */
export async function makeStageFolder(): Promise<string> {
  await removeOrphans();
  return mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
}

/** Whether a folder is one of those: nothing else is ever removed. */
export function isStageFolder(path: string): boolean {
  return basename(path).startsWith(PREFIX);
}

/** Folders whose process is gone, and with it whoever would have removed them. */
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
    // It runs and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
