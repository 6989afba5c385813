import { realpath, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Blob, LeftOut, ModelContent } from '../../worker/model/content.ts';
import type { ChangePointer } from '../../worker/registry/pointer/change/change_pointer.ts';
import type { Effect } from '../../worker/registry/pointer/effect.ts';
import type { HistoryEntry, Pointer } from '../../worker/registry/pointer/pointer.ts';
import { requirePointer } from '../../worker/registry/pointer/pointer_store.ts';
import { publishVersion } from '../../worker/registry/publish/publication.ts';
import type { ObjectStore } from '../../worker/registry/storage/object_store.ts';
import type { SignatureDifference } from '../../worker/registry/version/compatibility.ts';
import type { Manifest } from '../../worker/registry/version/manifest.ts';
import { listVersions, readManifest, sameContent } from '../../worker/registry/version/version_store.ts';
import { withTemporaryDirectory } from '../files/temporary_directory.ts';
import type { Rehearse } from '../rehearsal/rehearse.ts';
import { type Checks, checkCandidate, rehearseOnce } from './checks/check_candidate.ts';
import { flipOnceCompatible } from './checks/flip_guard.ts';
import { namedVersion, versionAfter, versionOfContent } from './choose_version.ts';
import { importModel, type PublishImport } from './import_model.ts';
import { pointerChange, wouldChange } from './publish_change.ts';
import type { PublishRequest } from './publish_request.ts';
import { publishedFault } from './published_fault.ts';
import { disagreementAdvice, type QuantizationCost } from './quantization.ts';
import { readBlob } from './read_blob.ts';
import type { Signer } from './signing_key.ts';

export interface PublishObserver {
  /** Makes the flip; in the store itself by default. */
  readonly changePointer: ChangePointer;
  /** Rehearses the version to publish or flip to. Without it no rehearsal runs. */
  readonly rehearse?: Rehearse | undefined;
  readonly onRead?: () => void;
  /** Receives what clients of the current version would notice, before anything is rehearsed or written. */
  readonly onDifferences?: (differences: readonly SignatureDifference[]) => void;
  /** Receives the current step of a conversion. */
  readonly onConvert?: (text: string) => void;
  /** Receives what a quantization costs, before anything is uploaded. */
  readonly onQuantized?: (cost: QuantizationCost) => void;
  readonly onBlob?: (blob: Blob, outcome: 'uploaded' | 'present') => void;
  /** A prune is in progress. The publish continues after it, or when its lock expires. */
  readonly onWait?: (until: Date) => void;
  readonly wait: (milliseconds: number) => Promise<void>;
}

export type PublishOutcome =
  | {
      readonly kind: 'published';
      readonly version: string;
      readonly checks: Checks;
      readonly leftOut: LeftOut;
      readonly content: ModelContent;
      /** `same`: an earlier publish wrote this manifest. */
      readonly manifest: 'written' | 'same';
      readonly uploaded: readonly Blob[];
      readonly present: readonly Blob[];
      /** The change that this publish made to the pointer, if any. */
      readonly change: HistoryEntry | undefined;
      /** When that change takes effect. */
      readonly effect: Effect | undefined;
      /** Undefined if the model has no pointer yet. */
      readonly pointer: Pointer | undefined;
    }
  | {
      readonly kind: 'checked';
      readonly version: string;
      readonly checks: Checks;
      readonly leftOut: LeftOut;
      /** True if an earlier publish wrote this manifest. */
      readonly isPublished: boolean;
    }
  | { readonly kind: 'refused'; readonly reason: string };

/** The most attempts to find a version that no other publisher has taken. */
const VERSION_ATTEMPTS = 20;

/**
 * Publishes a model as a version and makes it current, or only moves a label, or neither. Repeating it with the same
 * content changes nothing. After an interruption at any point, repeating it completes the work.
 */
export async function publishModel(
  store: ObjectStore,
  request: PublishRequest,
  observer: PublishObserver,
): Promise<PublishOutcome> {
  return withTemporaryDirectory(async (temporaryDirectory) => {
    const imported = await importModel(request, temporaryDirectory, observer);
    return publishImport(store, request, imported, observer);
  });
}

type ReadImport = Extract<PublishImport, { kind: 'read' }>;

async function publishImport(
  store: ObjectStore,
  request: PublishRequest,
  imported: PublishImport,
  observer: PublishObserver,
): Promise<PublishOutcome> {
  if (imported.kind !== 'read') return { kind: 'refused', reason: imported.message };
  observer.onRead?.();
  const named = namedVersion({ ...request, directoryName: await directoryName(request.path) });
  const rehearse = observer.rehearse && rehearseOnce(observer.rehearse);
  for (let attempt = 1; ; attempt++) {
    const step = await publishContent(store, request, imported, named, { ...observer, rehearse });
    if (step.kind !== 'version taken') return step;
    if (named === undefined && attempt < VERSION_ATTEMPTS) continue;
    return { kind: 'refused', reason: await takenReason(store, request, step.version) };
  }
}

async function publishContent(
  store: ObjectStore,
  request: PublishRequest,
  { content, files, sourceFormat, original }: ReadImport,
  named: string | undefined,
  observer: PublishObserver,
): Promise<PublishOutcome | { readonly kind: 'version taken'; readonly version: string }> {
  const { model, record, label } = request;
  const pointer = await requirePointer(store, model);
  const version = named ?? (await findVersion(store, request, content, pointer));
  if (pointer?.retired.includes(version)) {
    return {
      kind: 'refused',
      reason: `${model} ${version} was pruned, and a pruned version cannot be published again; publish it under another version`,
    };
  }
  if (pointer === undefined && label !== undefined && !request.flip) {
    return {
      kind: 'refused',
      reason: `${model} has no current version yet, and a label needs one`,
    };
  }
  if (pointer === undefined && request.stage) {
    return {
      kind: 'refused',
      reason: `${model} has no current version yet, so nothing could serve while this one is staged; publish it without --stage`,
    };
  }
  const existing = await readManifest(store, model, version);
  if (existing.kind === 'malformed') {
    return {
      kind: 'refused',
      reason: `the manifest of ${model} ${version} is malformed: ${existing.reason}`,
    };
  }
  if (existing.kind === 'found' && !sameContent(existing.manifest.content, content)) {
    return { kind: 'version taken', version };
  }
  const published = existing.kind === 'found' ? existing.manifest : undefined;
  const fault = published && publishedFault(published, request);
  if (fault !== undefined) return { kind: 'refused', reason: fault };
  const change = pointerChange(request, version, published !== undefined);
  const unrehearsed = createManifest(request, version, content, sourceFormat);
  const unquantized = original && {
    manifest: createManifest(
      request,
      otherVersion(version, pointer?.current),
      original.content,
      sourceFormat,
    ),
    files: original.files,
  };
  const candidate = { manifest: unrehearsed, files, ...(unquantized && { unquantized }) };
  const checked = await checkCandidate(store, request, candidate, published, {
    current: pointer?.current,
    changes: change !== undefined && wouldChange(change(pointer?.current), request, pointer, published),
    rehearse: observer.rehearse,
    onDifferences: observer.onDifferences,
  });
  if (checked.kind === 'refused') {
    const advice = checked.disagrees && request.quantize && disagreementAdvice(request.quantize);
    return { kind: 'refused', reason: advice ? `${checked.reason}. ${advice}` : checked.reason };
  }
  const { checks } = checked;
  const { leftOut = {} } = content;
  if (request.dryRun)
    return { kind: 'checked', version, checks, leftOut, isPublished: published !== undefined };
  const { changePointer } = observer;
  const result = await publishVersion(
    store,
    await completeManifest(unrehearsed, checks, request.signer),
    change &&
      (() =>
        flipOnceCompatible(store, request, unrehearsed, {
          change,
          current: pointer?.current,
          record,
          changePointer,
        })),
    {
      id: record.id,
      read: async (blob) => checks.rehearsal?.plans.get(blob.sha256) ?? readBlob(files, blob),
      wait: observer.wait,
      ...(observer.onBlob === undefined ? {} : { onBlob: observer.onBlob }),
      ...(observer.onWait === undefined ? {} : { onWait: observer.onWait }),
    },
  );
  if (result.kind === 'version taken') return { kind: 'version taken', version };
  const { manifest, uploaded, present, flip } = result;
  if (flip?.kind === 'refused') {
    return {
      kind: 'refused',
      reason: `${model} ${version} is published and nothing was flipped: ${flip.reason}`,
    };
  }
  return {
    kind: 'published',
    version,
    checks,
    leftOut,
    content,
    manifest,
    uploaded,
    present,
    change: flip?.kind === 'changed' ? flip.change : undefined,
    effect: flip?.kind === 'changed' ? flip.effect : undefined,
    pointer: flip?.pointer ?? pointer,
  };
}

async function findVersion(
  store: ObjectStore,
  { model, bump }: PublishRequest,
  content: ModelContent,
  pointer: Pointer | undefined,
): Promise<string> {
  const published = await listVersions(store, model);
  const same: string[] = [];
  for (const version of published) {
    const read = await readManifest(store, model, version);
    if (read.kind === 'found' && sameContent(read.manifest.content, content)) same.push(version);
  }
  return versionOfContent(same, pointer) ?? versionAfter(published, pointer, bump ?? 'patch');
}

async function takenReason(store: ObjectStore, { model }: PublishRequest, version: string): Promise<string> {
  const next = versionAfter(await listVersions(store, model), await requirePointer(store, model), 'patch');
  return (
    `${model} ${version} is published with other content, and a published version never changes; ` +
    `publish this as another version, with --model-version ${next} or --bump patch`
  );
}

function createManifest(
  { model, record, tool, card }: PublishRequest,
  version: string,
  content: ModelContent,
  sourceFormat: string,
): Manifest {
  return {
    schema: 1,
    model,
    version,
    content,
    provenance: { publishedAt: record.at, publishedBy: record.by, sourceFormat, tool },
    ...(card === undefined ? {} : { card }),
  };
}

/** A version for the rehearsal alone. */
function otherVersion(...versions: readonly (string | undefined)[]): string {
  return ['0.0.0', '0.0.1', '0.0.2'].find((version) => !versions.includes(version)) ?? '0.0.3';
}

async function completeManifest(
  unrehearsed: Manifest,
  { rehearsal }: Checks,
  signer: Signer | undefined,
): Promise<Manifest> {
  const manifest = rehearsal === undefined ? unrehearsed : { ...unrehearsed, rehearsal: rehearsal.rehearsal };
  return signer === undefined ? manifest : { ...manifest, signature: await signer.sign(manifest) };
}

/** Returns the real name of the model's directory, given as `.`, as a link, or as a file in it. */
async function directoryName(path: string): Promise<string> {
  const real = await realpath(path);
  return basename((await stat(real)).isDirectory() ? real : dirname(real));
}
