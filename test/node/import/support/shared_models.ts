import { existsSync } from 'node:fs';
import path from 'node:path';
import { REPOSITORY } from '../../../shared/built_worker.ts';

/** Real models made by others, kept beside the repository. */
export const SHARED_MODELS =
  process.env.EDGE_SERVING_SHARED_MODELS ?? path.join(REPOSITORY, '../shared/models');

export const SHARED_MODELS_ARE_THERE = existsSync(SHARED_MODELS);
if (!SHARED_MODELS_ARE_THERE) {
  process.emitWarning(`SKIPPED: ${SHARED_MODELS} is not there, so no real model is tested`);
}
