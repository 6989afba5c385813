import { fileURLToPath } from 'node:url';
import {
  buildWorker,
  readWorkerModules,
  type WorkerModule,
} from '../../scripts/rehearsal/sandbox/worker_build.ts';

export type { WorkerModule };

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

let modules: Promise<WorkerModule[]> | undefined;

/** The modules of the Worker as `wrangler deploy` would upload them, entry first. */
export function builtWorker(): Promise<WorkerModule[]> {
  modules ??= buildWorker().then(({ directory }) => readWorkerModules(directory));
  return modules;
}
