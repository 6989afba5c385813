import type { Blob } from '../../worker/model/content.ts';
import { formatBytes, formatTable, plural } from '../cli/format.ts';
import { describeMove } from '../pointer/pointer_report.ts';
import { describePlace, type PlaceDescription } from '../registry/place.ts';
import type { ModelCopy } from './copy_model.ts';
import type { VersionCopy } from './copy_version.ts';

export interface CopyReport {
  readonly from: PlaceDescription;
  readonly to: PlaceDescription;
  readonly dryRun: boolean;
  readonly models: readonly ModelCopy[];
}

/** True if anything that was asked for was not done. */
export function isIncomplete({ models }: CopyReport): boolean {
  return models.some(
    (model) =>
      model.kind === 'refused' ||
      model.pointer.kind === 'refused' ||
      model.versions.some(({ kind }) => kind === 'refused'),
  );
}

/** Describes a copy for people, without what was refused. */
export function copyLines({ from, to, dryRun, models }: CopyReport): string[] {
  const done = models.flatMap((each) => (each.kind === 'done' ? [each] : []));
  const rows = done.flatMap(({ model, versions }) =>
    versions.flatMap((version) =>
      version.kind === 'refused' ? [] : [[`  ${model} ${version.version}`, ...versionCells(version, dryRun)]],
    ),
  );
  const changes = done.flatMap(({ model, pointer }) =>
    pointer.changes.map((change) => `  ${model}: ${describeMove(change)} (generation ${change.generation})`),
  );
  return [
    `${dryRun ? 'Would copy' : 'Copied'} from ${describePlace(from)} to ${describePlace(to)}:`,
    ...(rows.length === 0 ? ['  nothing'] : formatTable(rows)),
    ...(changes.length === 0 ? [] : ['Changed there:', ...changes]),
    summary(done.flatMap(({ versions }) => versions)),
  ];
}

/** Says what was not done, one line for each. */
export function refusalLines({ models }: CopyReport): string[] {
  return models.flatMap((each) => {
    if (each.kind === 'refused') return [each.reason];
    const { model, versions, pointer } = each;
    return [
      ...versions.flatMap((version) =>
        version.kind === 'refused' ? [`${model} ${version.version} was not copied: ${version.reason}`] : [],
      ),
      ...(pointer.kind === 'refused' ? [`${model} was not changed: ${pointer.reason}`] : []),
    ];
  });
}

export function copyJson({ from, to, dryRun, models }: CopyReport): object {
  return {
    from,
    to,
    dryRun,
    models: models.map((each) =>
      each.kind === 'refused'
        ? { model: each.model, error: each.reason, versions: [], changes: [] }
        : {
            model: each.model,
            versions: each.versions.map(versionJson),
            changes: each.pointer.changes,
            ...(each.pointer.kind === 'refused' ? { error: each.pointer.reason } : {}),
          },
    ),
  };
}

function versionJson(copy: VersionCopy): object {
  if (copy.kind === 'refused') return { version: copy.version, outcome: 'refused', error: copy.reason };
  const { version, kind, uploaded, present, otherManifest } = copy;
  return {
    version,
    outcome: kind,
    otherManifest,
    copied: { files: uploaded.length, bytes: totalBytes(uploaded) },
    present: { files: present.length, bytes: totalBytes(present) },
  };
}

type DoneVersion = Exclude<VersionCopy, { readonly kind: 'refused' }>;

function versionCells({ kind, uploaded, present, otherManifest }: DoneVersion, dryRun: boolean): string[] {
  const files = [
    ...(uploaded.length === 0 ? [] : [describeFiles(uploaded)]),
    ...(present.length === 0 || kind === 'present' ? [] : [`there already ${describeFiles(present)}`]),
    ...(otherManifest ? ['its manifest there is another one, and stays'] : []),
  ];
  if (kind === 'copied') return [dryRun ? 'new' : 'copied', files.join('; ')];
  return [uploaded.length === 0 ? 'there already' : 'repaired', files.join('; ')];
}

function summary(versions: readonly VersionCopy[]): string {
  const done = versions.flatMap((version) => (version.kind === 'refused' ? [] : [version]));
  const copied = done.filter(({ kind }) => kind === 'copied').length;
  return `${plural(copied, 'version')}, ${describeFiles(done.flatMap(({ uploaded }) => uploaded))}; there already ${plural(done.length - copied, 'version')}.`;
}

function describeFiles(blobs: readonly Blob[]): string {
  return `${plural(blobs.length, 'file')} (${formatBytes(totalBytes(blobs))})`;
}

function totalBytes(blobs: readonly Blob[]): number {
  return blobs.reduce((sum, { bytes }) => sum + bytes, 0);
}
