import { rm } from 'node:fs/promises';
import { BUILD_DIRECTORY_VARIABLE, buildWorker } from './built_worker.ts';

/** Builds the Worker once for all test files. */
export default async function setup(): Promise<() => Promise<void>> {
  const directory = await buildWorker();
  process.env[BUILD_DIRECTORY_VARIABLE] = directory;
  return () => rm(directory, { recursive: true, force: true });
}
