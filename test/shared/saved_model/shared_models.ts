import { existsSync } from 'node:fs';
import path from 'node:path';
import { REPOSITORY } from '../built_worker.ts';

/** Real models by others, beside the repository where somebody has put them. */
export const SHARED_MODELS =
  process.env.EDGE_SERVING_SHARED_MODELS ?? path.join(REPOSITORY, '../shared/models');

/** Whether they are there; says loudly where they are not. */
export function haveSharedModels(): boolean {
  const there = existsSync(SHARED_MODELS);
  if (!there) process.emitWarning(`SKIPPED: importing the models of others; there is no ${SHARED_MODELS}`);
  return there;
}
