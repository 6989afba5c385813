import { mkdtemp } from 'node:fs/promises';
import { basename } from 'node:path';
import { ownedDirectory, removeOrphans } from '../../files/orphaned_directories.ts';

const PREFIX = 'edge-serving-rehearsal-';

/** Creates a temporary folder for a rehearsal, named after its process. */
export async function makeSandboxFolder(): Promise<string> {
  await removeOrphans(PREFIX);
  return mkdtemp(ownedDirectory(PREFIX));
}

/** True if a path is such a folder. No other folder is ever removed. */
export function isSandboxFolder(path: string): boolean {
  return basename(path).startsWith(PREFIX);
}
