import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CalibrationExample, MoreExamples } from '../../import/index.ts';
// Not from index.ts, which loads tfjs.
import { misfit } from '../../import/quantize/calibration_examples.ts';
import { readRequest } from '../rehearsal/request_file.ts';

/**
 * Returns a reader of files, and of folders of files, with requests on which a model is calibrated. It refuses a request that
 * could not be used.
 */
export function calibrationFiles(paths: readonly string[]): MoreExamples {
  return async (signatures) => {
    const examples: CalibrationExample[] = [];
    for (const path of await filesIn(paths)) {
      const found = await readRequest(path, signatures);
      if (found.kind === 'malformed') return { kind: 'malformed', message: found.reason };
      const fault = misfit(found.request, signatures);
      if (fault !== undefined) return { kind: 'malformed', message: `${path}: ${fault}` };
      examples.push(found.request);
    }
    return { kind: 'read', value: examples };
  };
}

/** Returns the files, in place of folders those that they have, by name. Hidden ones are left out. */
async function filesIn(paths: readonly string[]): Promise<string[]> {
  const files = await Promise.all(
    paths.map(async (path) => {
      const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() === true;
      if (!isFolder) return [path];
      const names = (await readdir(path)).filter((name) => !name.startsWith('.'));
      return names.sort().map((name) => join(path, name));
    }),
  );
  return files.flat();
}
