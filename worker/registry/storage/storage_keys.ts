import { isName } from '../../model/names.ts';

/** The layout of the bucket, defined only here. */

export const MODELS_PREFIX = 'models/';
export const BLOBS_PREFIX = 'blobs/sha256/';
export const PUBLICATIONS_PREFIX = 'publications/';
export const PRUNING_KEY = 'pruning.json';
/** Written only to read the storage's clock. */
export const PRUNING_CLOCK_KEY = `${PRUNING_KEY}.clock`;

export const blobKey = (sha256: string): string => `${BLOBS_PREFIX}${sha256}`;
export const pointerKey = (model: string): string => `${MODELS_PREFIX}${model}/pointer.json`;
export const versionsPrefix = (model: string): string => `${MODELS_PREFIX}${model}/versions/`;
export const manifestKey = (model: string, version: string): string =>
  `${versionsPrefix(model)}${version}/manifest.json`;
/** The key contains model and version, so that identifying a publish reads no announcement. */
export const publicationKey = (model: string, version: string, id: string): string =>
  `${publicationsOf(model, version)}${id}.json`;
export const publicationsOf = (model: string, version: string): string =>
  `${PUBLICATIONS_PREFIX}${model}/${version}/`;
/** The key of a prune that continues in another request. */
export const pruneProgressKey = (id: string): string => `pruning/${id}.json`;
export const PRUNE_PROGRESS_PREFIX = 'pruning/';
/** The progress of the cron trigger through the models. */
export const SCHEDULE_KEY = 'schedule.json';

/** Returns the model whose pointer has the key, or undefined for another kind of key. */
export function modelOfPointerKey(key: string): string | undefined {
  const model = /^models\/([^/]+)\/pointer\.json$/.exec(key)?.[1];
  return model !== undefined && isName(model) ? model : undefined;
}
