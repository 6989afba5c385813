import { completeHistory } from '../../worker/registry/pointer/history_archive.ts';
import { type Pointer, versionsInUse } from '../../worker/registry/pointer/pointer.ts';
import { readPointer } from '../../worker/registry/pointer/pointer_store.ts';
import { type PointerReplica, replicaState } from '../../worker/registry/replica/pointer_replica.ts';
import { errorMessage } from '../../worker/registry/storage/error_message.ts';
import type { ObjectStore } from '../../worker/registry/storage/object_store.ts';
import { historyPrefix, manifestKey, pointerKey } from '../../worker/registry/storage/storage_keys.ts';
import type { Manifest } from '../../worker/registry/version/manifest.ts';
import { checkManifestSignature, type PublicKey } from '../../worker/registry/version/manifest_signature.ts';
import { listVersions, readManifestDocument } from '../../worker/registry/version/version_store.ts';
import { rolesOf } from '../pointer/roles.ts';
import type { Finding } from './finding.ts';

export interface ModelCheckOptions {
  /** The keys of which one must have signed every version. Empty if none has to. */
  readonly publicKeys: readonly PublicKey[];
  readonly replica: PointerReplica | undefined;
}

export interface CheckedModel {
  readonly findings: readonly Finding[];
  readonly manifests: readonly Manifest[];
}

/** Checks the documents of a model: its pointer with the history, its manifests, and what the pointer names. */
export async function checkModel(
  store: ObjectStore,
  model: string,
  { publicKeys, replica }: ModelCheckOptions,
): Promise<CheckedModel> {
  // A version that a pointer names is published before, so that the pointer is read first.
  const read = await readPointer(store, model);
  const pointer = read.kind === 'found' ? read.pointer : undefined;
  const findings: Finding[] = [];
  const manifests: Manifest[] = [];
  const published = await listVersions(store, model);
  for (const version of published) {
    const checked = await checkManifest(store, { model, version }, publicKeys);
    findings.push(...checked.findings);
    if (checked.manifest !== undefined) manifests.push(checked.manifest);
  }
  const key = pointerKey(model);
  if (read.kind === 'malformed') findings.push({ kind: 'pointer-malformed', key, model, what: read.reason });
  if (read.kind === 'missing') {
    findings.push({
      kind: 'pointer-missing',
      key,
      model,
      what: `it has ${published.length} versions and no pointer`,
    });
  }
  if (pointer !== undefined) {
    findings.push(
      ...checkReferences(model, pointer, published),
      ...(await checkHistory(store, model, pointer)),
    );
    if (replica !== undefined) findings.push(...(await checkReplica(replica, model, pointer)));
  }
  return { findings, manifests };
}

async function checkManifest(
  store: ObjectStore,
  { model, version }: { readonly model: string; readonly version: string },
  publicKeys: readonly PublicKey[],
): Promise<{ readonly findings: readonly Finding[]; readonly manifest?: Manifest }> {
  const key = manifestKey(model, version);
  const read = await readManifestDocument(store, model, version);
  // A prune has deleted it since it was listed.
  if (read.kind === 'missing') return { findings: [] };
  if (read.kind === 'malformed') {
    return { findings: [{ kind: 'manifest-malformed', key, model, version, what: read.reason }] };
  }
  const { manifest, text } = read;
  const signed = publicKeys.length === 0 ? undefined : await checkManifestSignature(text, publicKeys);
  const findings: Finding[] =
    signed?.kind === 'invalid'
      ? [{ kind: 'signature-invalid', key, model, version, what: signed.reason }]
      : [];
  return { findings, manifest };
}

/** Reports the versions that a pointer names and that are not published, and those that a prune left behind. */
function checkReferences(model: string, pointer: Pointer, published: readonly string[]): Finding[] {
  const there = new Set(published);
  const key = pointerKey(model);
  const missing = [...versionsInUse(pointer)].filter((version) => !there.has(version));
  const left = pointer.retired.filter((version) => there.has(version));
  return [
    ...missing.map(
      (version): Finding => ({
        kind: 'version-missing',
        key,
        model,
        version,
        what: `${version} is ${rolesOf(version, pointer).join(', ')} and is not published`,
      }),
    ),
    ...left.map(
      (version): Finding => ({
        kind: 'prune-unfinished',
        key: manifestKey(model, version),
        model,
        version,
        what: `${version} was pruned and is still there`,
      }),
    ),
  ];
}

async function checkHistory(store: ObjectStore, model: string, pointer: Pointer): Promise<Finding[]> {
  const key = historyPrefix(model);
  const newest = pointer.history[0]?.generation;
  if (newest !== pointer.generation) {
    const what = `its newest entry is of generation ${newest}, and the pointer is of generation ${pointer.generation}`;
    return [{ kind: 'history-malformed', key: pointerKey(model), model, what }];
  }
  try {
    const { gaps } = await completeHistory(store, model, pointer);
    return gaps.map(([first, last]) => ({
      kind: 'history-gap',
      key,
      model,
      what: first === last ? `generation ${first} is missing` : `generations ${first} to ${last} are missing`,
    }));
  } catch (error) {
    return [{ kind: 'history-malformed', key, model, what: errorMessage(error) }];
  }
}

async function checkReplica(
  replica: PointerReplica,
  model: string,
  { generation }: Pointer,
): Promise<Finding[]> {
  const state = await replicaState(replica, model, generation);
  if (state.kind === 'same') return [];
  const what =
    state.generation === null
      ? 'its replica is missing or malformed'
      : `its replica is of generation ${state.generation}, and the pointer is of generation ${generation}`;
  return [{ kind: 'replica-behind', key: pointerKey(model), model, what }];
}
