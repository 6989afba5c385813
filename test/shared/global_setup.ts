import { buildWorker } from '../../scripts/rehearsal/sandbox/worker_build.ts';

/** Builds the Worker once for all test files. */
export default async function setup(): Promise<void> {
  await buildWorker();
}
