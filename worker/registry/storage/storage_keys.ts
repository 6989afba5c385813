import { isName } from '../../model/names.ts';
import { parseVersion } from '../version/version.ts';

/** The layout of the bucket, defined only here. */

export const MODELS_PREFIX = 'models/';
export const BLOBS_PREFIX = 'blobs/sha256/';
export const PUBLICATIONS_PREFIX = 'publications/';
export const PRUNING_KEY = 'pruning.json';
/** Written only to read the storage's clock. */
export const PRUNING_CLOCK_KEY = `${PRUNING_KEY}.clock`;

export const blobKey = (sha256: string): string => `${BLOBS_PREFIX}${sha256}`;
export const pointerKey = (model: string): string => `${MODELS_PREFIX}${model}/pointer.json`;
/** The changes of a model that its pointer does not contain any more. */
export const historyPrefix = (model: string): string => `${MODELS_PREFIX}${model}/history/`;
/** Padded, so that keys sort as generations do. */
export const historyKey = (model: string, generation: number): string =>
  `${historyPrefix(model)}${String(generation).padStart(12, '0')}.json`;
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

/** The object that a key of the bucket stands for. */
export type StorageKey =
  | { readonly kind: 'blob'; readonly sha256: string }
  | { readonly kind: 'manifest'; readonly model: string; readonly version: string }
  | { readonly kind: 'pointer'; readonly model: string }
  | { readonly kind: 'history'; readonly model: string; readonly generation: number }
  /** Without a model and a version if an earlier tool wrote it. */
  | { readonly kind: 'publication'; readonly model?: string; readonly version?: string }
  | { readonly kind: 'pruning lock' }
  | { readonly kind: 'pruning clock' };

/** Parses a key. Returns undefined for a key that the registry does not use. */
export function parseStorageKey(key: string): StorageKey | undefined {
  if (key === PRUNING_KEY) return { kind: 'pruning lock' };
  if (key === PRUNING_CLOCK_KEY) return { kind: 'pruning clock' };
  if (key.startsWith(BLOBS_PREFIX)) {
    const sha256 = key.slice(BLOBS_PREFIX.length);
    return /^[0-9a-f]{64}$/.test(sha256) ? { kind: 'blob', sha256 } : undefined;
  }
  if (key.startsWith(PUBLICATIONS_PREFIX)) {
    return parsePublicationKey(key.slice(PUBLICATIONS_PREFIX.length));
  }
  if (!key.startsWith(MODELS_PREFIX)) return undefined;
  const [model = '', folder, version = '', file, ...rest] = key.slice(MODELS_PREFIX.length).split('/');
  if (!isName(model) || rest.length > 0) return undefined;
  if (folder === 'pointer.json' && version === '' && file === undefined) return { kind: 'pointer', model };
  const [, generation] = /^0*([1-9]\d*)\.json$/.exec(folder === 'history' ? version : '') ?? [];
  if (generation !== undefined && file === undefined) {
    const found = { kind: 'history', model, generation: Number(generation) } as const;
    return historyKey(model, found.generation) === key ? found : undefined;
  }
  const isManifest = folder === 'versions' && file === 'manifest.json' && parseVersion(version) === version;
  return isManifest ? { kind: 'manifest', model, version } : undefined;
}

function parsePublicationKey(path: string): StorageKey | undefined {
  const [model = '', version = '', file, ...rest] = path.split('/');
  if (file === undefined) return /^[\w-]{1,100}\.json$/.test(path) ? { kind: 'publication' } : undefined;
  const isOne =
    rest.length === 0 &&
    isName(model) &&
    parseVersion(version) === version &&
    /^[\w-]{1,100}\.json$/.test(file);
  return isOne ? { kind: 'publication', model, version } : undefined;
}
