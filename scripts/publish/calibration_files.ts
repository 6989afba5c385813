import type { CalibrationExample, MoreExamples } from '../../import/index.ts';
import { readRequest } from '../rehearsal/request_file.ts';

/** Returns a reader of files with requests, on which a model is calibrated. */
export function calibrationFiles(paths: readonly string[]): MoreExamples {
  return async (signatures) => {
    const examples: CalibrationExample[] = [];
    for (const path of paths) {
      const found = await readRequest(path, signatures);
      if (found.kind === 'malformed') return { kind: 'malformed', message: found.reason };
      examples.push(found.request);
    }
    return { kind: 'read', value: examples };
  };
}
