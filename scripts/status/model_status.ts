import type { LeftOut } from '../../worker/model/content.ts';
import type { Signature } from '../../worker/model/signature.ts';
import { momentOf } from '../../worker/registry/pointer/moment.ts';
import type { Pointer } from '../../worker/registry/pointer/pointer.ts';
import { type PointerRead, readPointer } from '../../worker/registry/pointer/pointer_store.ts';
import {
  type PointerReplica,
  type ReplicaState,
  replicaState,
} from '../../worker/registry/replica/pointer_replica.ts';
import type { ObjectStore } from '../../worker/registry/storage/object_store.ts';
import type { Card } from '../../worker/registry/version/card.ts';
import type { Manifest } from '../../worker/registry/version/manifest.ts';
import type { PlanRecord } from '../../worker/registry/version/rehearsal_record.ts';
import { listModels, listVersions, readManifest } from '../../worker/registry/version/version_store.ts';
import { roomFault } from './room_beside.ts';

export interface VersionStatus {
  readonly version: string;
  /** Bytes of its files together, including those shared with other versions. */
  readonly bytes: number;
  /** Bytes of its weights in memory. */
  readonly weightBytes: number;
  readonly format: string;
  readonly files: number;
  readonly publishedAt: string;
  readonly publishedBy: string;
  /** True if its manifest has a signature. A Worker checks it. */
  readonly signed: boolean;
  /** The id of the key of that signature; null without one. */
  readonly signedWith: string | null;
  readonly signatures: Readonly<Record<string, Signature>>;
  /** The signatures of its model that it does not have, with the reasons. */
  readonly leftOut: LeftOut;
  /** What its publisher says about it; null if nothing. */
  readonly card: Card | null;
  /** True if it was published with --skip-rehearsal. */
  readonly rehearsalSkipped: boolean;
  /** The plan's result in its rehearsal; null if there was none. */
  readonly plan: PlanRecord | null;
  /** Why it cannot be loaded while the current version serves; null if it can. */
  readonly room: string | null;
}

/** A version whose manifest cannot be read. */
export interface UnreadableVersion {
  readonly version: string;
  readonly error: string;
}

export interface ModelStatus {
  readonly model: string;
  /** The stored document; null if it is missing or malformed. */
  readonly pointer: Pointer | null;
  readonly pointerError?: string;
  /** When the last change takes effect, if that is still to come by this machine's clock. */
  readonly takesEffectAt?: string;
  /** The state of the replica in KV, if there is a replica. */
  readonly replica?: ReplicaState;
  /** Oldest first. */
  readonly versions: readonly (VersionStatus | UnreadableVersion)[];
}

export interface StatusOptions {
  /** MEMORY_BUDGET_MB of the Worker in bytes. Without it, the budget is not checked. */
  readonly memoryBudgetBytes?: number;
  readonly replica?: PointerReplica | undefined;
}

/** True if any version of a model is published. */
export async function modelExists(store: ObjectStore, model: string): Promise<boolean> {
  if ((await readPointer(store, model)).kind !== 'missing') return true;
  return (await listVersions(store, model)).length > 0;
}

/** Reads the status of a model, or undefined if nothing of it is published. */
export async function modelStatus(
  store: ObjectStore,
  model: string,
  { memoryBudgetBytes, replica }: StatusOptions = {},
): Promise<ModelStatus | undefined> {
  const pointer = await readPointer(store, model);
  const names = await listVersions(store, model);
  if (pointer.kind === 'missing' && names.length === 0) return undefined;
  const versions: (VersionStatus | UnreadableVersion)[] = [];
  const serving =
    pointer.kind === 'found' ? await readManifest(store, model, pointer.pointer.current) : undefined;
  const current = serving?.kind === 'found' ? serving.manifest : undefined;
  for (const version of names) {
    const status = await versionStatus(store, model, version, { current, memoryBudgetBytes });
    if (status !== undefined) versions.push(status);
  }
  return {
    model,
    pointer: pointer.kind === 'found' ? pointer.pointer : null,
    ...(pointer.kind === 'malformed' ? { pointerError: pointer.reason } : {}),
    ...(pointer.kind === 'found' ? takesEffect(pointer) : {}),
    ...(pointer.kind === 'found' && replica !== undefined
      ? { replica: await replicaState(replica, model, pointer.pointer.generation) }
      : {}),
    versions,
  };
}

function takesEffect({
  pointer,
  uploaded,
}: Extract<PointerRead, { readonly kind: 'found' }>): Pick<ModelStatus, 'takesEffectAt'> {
  const moment = uploaded === undefined ? 0 : momentOf(pointer, uploaded);
  return moment > Date.now() ? { takesEffectAt: new Date(moment).toISOString() } : {};
}

export async function allModelStatuses(store: ObjectStore, options?: StatusOptions): Promise<ModelStatus[]> {
  const statuses: ModelStatus[] = [];
  for (const model of await listModels(store)) {
    const status = await modelStatus(store, model, options);
    if (status !== undefined) statuses.push(status);
  }
  return statuses;
}

/** Undefined if the version was deleted after it was listed. */
async function versionStatus(
  store: ObjectStore,
  model: string,
  version: string,
  {
    current,
    memoryBudgetBytes,
  }: { readonly current: Manifest | undefined; readonly memoryBudgetBytes: number | undefined },
): Promise<VersionStatus | UnreadableVersion | undefined> {
  const read = await readManifest(store, model, version);
  if (read.kind === 'missing') return undefined;
  if (read.kind === 'malformed') return { version, error: read.reason };
  const { content, provenance, card, rehearsal, signature } = read.manifest;
  return {
    version,
    bytes: content.blobs.reduce((sum, { bytes }) => sum + bytes, 0),
    weightBytes: content.weightBytes,
    format: content.format,
    files: content.blobs.length,
    publishedAt: provenance.publishedAt,
    publishedBy: provenance.publishedBy,
    signed: signature !== undefined,
    signedWith: signature?.key ?? null,
    signatures: content.signatures,
    leftOut: content.leftOut ?? {},
    card: card ?? null,
    rehearsalSkipped: rehearsal?.kind === 'skipped',
    room: (current && roomFault(read.manifest, current, memoryBudgetBytes)) ?? null,
    plan: (rehearsal?.kind === 'rehearsed' ? rehearsal.plan : undefined) ?? null,
  };
}
