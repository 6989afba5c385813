import { isName } from '../../model/names.ts';

/** Where things lie in the bucket. The only place that knows. */

export const MODELS_PREFIX = 'models/';
export const BLOBS_PREFIX = 'blobs/sha256/';
export const PUBLICATIONS_PREFIX = 'publications/';
export const PRUNING_KEY = 'pruning.json';
/** Written only to learn what time it is by the storage's clock. */
export const PRUNING_CLOCK_KEY = `${PRUNING_KEY}.clock`;

export const blobKey = (sha256: string): string => `${BLOBS_PREFIX}${sha256}`;
export const pointerKey = (model: string): string => `${MODELS_PREFIX}${model}/pointer.json`;
export const versionsPrefix = (model: string): string => `${MODELS_PREFIX}${model}/versions/`;
export const manifestKey = (model: string, version: string): string =>
  `${versionsPrefix(model)}${version}/manifest.json`;
/** The key tells what is being published, so that to know it no announcement has to be read. */
export const publicationKey = (model: string, version: string, id: string): string =>
  `${publicationsOf(model, version)}${id}.json`;
export const publicationsOf = (model: string, version: string): string =>
  `${PUBLICATIONS_PREFIX}${model}/${version}/`;
/** Of a prune that goes on in another request. */
export const pruneProgressKey = (id: string): string => `pruning/${id}.json`;
export const PRUNE_PROGRESS_PREFIX = 'pruning/';
/** How far the cron trigger came through the models. */
export const SCHEDULE_KEY = 'schedule.json';

/** The model whose pointer lies under a key; undefined where it is another kind of key. */
export function modelOfPointerKey(key: string): string | undefined {
  const model = /^models\/([^/]+)\/pointer\.json$/.exec(key)?.[1];
  return model !== undefined && isName(model) ? model : undefined;
}
