import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { REPOSITORY } from './fixtures/edge/built_worker.ts';

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  /** A folder of this repository, which has no tarball. */
  readonly link?: boolean;
}

/** `npm ci` checks a tarball against its integrity, and accepts any tarball for a package without one. */
test.for(['package-lock.json', 'test/bench/package-lock.json'])(
  'every package in %s has an integrity, including those for other platforms',
  async (file) => {
    const lock: { readonly packages: Readonly<Record<string, LockedPackage>> } = JSON.parse(
      await readFile(path.join(REPOSITORY, file), 'utf8'),
    );
    const packages = Object.entries(lock.packages).filter(([location, { link }]) => location !== '' && !link);
    expect(packages.length).toBeGreaterThan(10);
    const unchecked = packages
      .filter(([, { integrity }]) => integrity === undefined || !/^sha512-[\w+/]{86}==$/.test(integrity))
      .map(([location]) => location);
    expect(unchecked).toEqual([]);
  },
);
