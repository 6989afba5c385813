import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from 'vitest';

export interface SmallDisk {
  readonly directory: string;
  /** Takes all the room that there is. */
  fill(): void;
  free(): void;
}

/** A disk of 8 MB at a directory, gone after the tests of a file; undefined, said loudly, where none can be mounted. */
export function mountSmallDisk(directory: string): SmallDisk | undefined {
  mkdirSync(directory, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', directory], { stdio: 'ignore' });
  } catch {
    process.stderr.write('SKIPPED: what happens on a full disk, since this user may not mount a tmpfs\n');
    return undefined;
  }
  afterAll(() => execFileSync('umount', ['--lazy', directory]));
  const filling = join(directory, 'filling');
  return {
    directory,
    fill: () => {
      const file = openSync(filling, 'a');
      const block = Buffer.alloc(4096);
      try {
        for (;;) writeSync(file, block);
      } catch {
        // There is no room for more.
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(filling),
  };
}
