import { isName } from '../../model/names.ts';
import { parseVersion } from '../version/version.ts';
import {
  BLOBS_PREFIX,
  MODELS_PREFIX,
  PRUNING_CLOCK_KEY,
  PRUNING_KEY,
  PUBLICATIONS_PREFIX,
} from './storage_keys.ts';

/** The object that a key of the bucket stands for. */
export type StorageKey =
  | { readonly kind: 'blob'; readonly sha256: string }
  | { readonly kind: 'manifest'; readonly model: string; readonly version: string }
  | { readonly kind: 'pointer'; readonly model: string }
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
