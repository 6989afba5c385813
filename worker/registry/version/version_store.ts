import type { ModelContent } from '../../model/content.ts';
import { isName } from '../../model/names.ts';
import { type ParsedDocument, parseDocument, readText, serializeDocument } from '../storage/json_document.ts';
import type { ObjectStore } from '../storage/object_store.ts';
import { MODELS_PREFIX, manifestKey, versionsPrefix } from '../storage/storage_keys.ts';
import { canonicalJson } from './canonical_json.ts';
import { type Manifest, ManifestSchema } from './manifest.ts';
import { MANIFEST_BYTES } from './manifest_document.ts';
import { checkManifestSignature, type PublicKey } from './manifest_signature.ts';
import { compareVersions, parseVersion } from './version.ts';

export type ManifestRead =
  | { readonly kind: 'found'; readonly manifest: Manifest }
  | { readonly kind: 'missing' }
  | { readonly kind: 'malformed'; readonly reason: string };

/** Reads a version's manifest. A manifest that names another model or version than its key is malformed. */
export async function readManifest(
  store: ObjectStore,
  model: string,
  version: string,
): Promise<ManifestRead> {
  const text = await readManifestText(store, model, version);
  return text.kind === 'valid' ? parseManifest(text.value, model, version) : text;
}

/** Reads a version's manifest together with its text, of which a copy keeps every byte. */
export async function readManifestDocument(
  store: ObjectStore,
  model: string,
  version: string,
): Promise<
  | { readonly kind: 'found'; readonly manifest: Manifest; readonly text: string }
  | Exclude<ManifestRead, { readonly kind: 'found' }>
> {
  const text = await readManifestText(store, model, version);
  if (text.kind !== 'valid') return text;
  const read = parseManifest(text.value, model, version);
  return read.kind === 'found' ? { ...read, text: text.value } : read;
}

export type TrustedManifestRead =
  | ManifestRead
  /** None of the keys has signed the manifest. */
  | { readonly kind: 'untrusted'; readonly reason: string };

/** Reads a manifest that one of the keys must have signed. Without keys no signature is required. */
export async function readTrustedManifest(
  store: ObjectStore,
  model: string,
  version: string,
  publicKeys: readonly PublicKey[],
): Promise<TrustedManifestRead> {
  const text = await readManifestText(store, model, version);
  if (text.kind !== 'valid') return text;
  if (publicKeys.length > 0) {
    const check = await checkManifestSignature(text.value, publicKeys);
    if (check.kind === 'invalid') return { kind: 'untrusted', reason: check.reason };
  }
  return parseManifest(text.value, model, version);
}

async function readManifestText(
  store: ObjectStore,
  model: string,
  version: string,
): Promise<ParsedDocument<string> | { readonly kind: 'missing' }> {
  const read = await store.get(manifestKey(model, version));
  return read.kind === 'found' ? readText(read.object, MANIFEST_BYTES) : { kind: 'missing' };
}

function parseManifest(text: string, model: string, version: string): ManifestRead {
  const parsed = parseDocument(ManifestSchema, text);
  if (parsed.kind === 'malformed') return parsed;
  const manifest = parsed.value;
  if (manifest.model !== model || manifest.version !== version) {
    return { kind: 'malformed', reason: `it names ${manifest.model} ${manifest.version}` };
  }
  return { kind: 'found', manifest };
}

export type ManifestWrite =
  | { readonly kind: 'written' }
  | { readonly kind: 'same' }
  | { readonly kind: 'different' };

/**
 * Creates a manifest. `same`: the version already exists with the same content.
 *
 * @param document the bytes to store. Those of an existing manifest may have members that are unknown here and signed
 */
export async function writeManifest(
  store: ObjectStore,
  manifest: Manifest,
  document: Uint8Array = serializeDocument(manifest),
): Promise<ManifestWrite> {
  const { model, version } = manifest;
  const result = await store.put(manifestKey(model, version), document, {
    condition: { kind: 'absent' },
  });
  if (result.kind === 'written') return { kind: 'written' };
  const existing = await readManifest(store, model, version);
  return existing.kind === 'found' && sameContent(existing.manifest.content, manifest.content)
    ? { kind: 'same' }
    : { kind: 'different' };
}

/** True if two versions have the same content, apart from who published them and when. */
export function sameContent(left: ModelContent, right: ModelContent): boolean {
  return canonicalJson(left) === canonicalJson(right);
}

/** Lists the published versions of a model, oldest first by their natural order. */
export async function listVersions(store: ObjectStore, model: string): Promise<string[]> {
  const versions: string[] = [];
  for await (const folder of store.listFolders(versionsPrefix(model))) {
    if (parseVersion(folder) === folder) versions.push(folder);
  }
  return versions.sort(compareVersions);
}

/** Lists the models that have at least one version, by name. */
export async function listModels(store: ObjectStore): Promise<string[]> {
  const models: string[] = [];
  for await (const folder of store.listFolders(MODELS_PREFIX)) {
    if (isName(folder)) models.push(folder);
  }
  return models.sort();
}
