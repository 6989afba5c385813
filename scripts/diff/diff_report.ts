import type { Blob } from '../../worker/model/content.ts';
import type { Card } from '../../worker/registry/version/card.ts';
import type { Figures } from '../../worker/registry/version/rehearsal_record.ts';
import { formatBytes, formatTable, formatTime, plural } from '../cli/format.ts';
import { SHOWN_FIGURES } from '../rehearsal/rehearsal_report.ts';
import { cardLines } from '../status/card_report.ts';
import type { FileDifference, SummarizedVersion, VersionDiff } from './version_diff.ts';

/** Describes the differences of two versions for people. */
export function diffLines(model: string, diff: VersionDiff): string[] {
  const { one, other } = diff;
  return [
    `${model}:`,
    ...formatTable(headRows(one, other)).map((line) => `  ${line}`),
    ...(diff.sameContent ? ['Both have the same content: they are the same model.'] : []),
    ...section(
      'Signatures',
      diff.signatures.map(({ isBreaking, what }) => `${isBreaking ? 'breaks clients' : 'harmless'}: ${what}`),
    ),
    ...section('Files', fileRows(diff)),
    ...(diff.operations === undefined
      ? ['Operations: not compared, since the topology of a version cannot be read']
      : section(
          'Operations',
          formatTable(
            diff.operations.map(({ name, one: before, other: after }) => [name, `${before} -> ${after}`]),
          ),
        )),
    ...cardSection(one, other),
  ];
}

export function diffJson({ one, other, ...diff }: VersionDiff): object {
  return {
    one: versionJson(one),
    other: versionJson(other),
    sameContent: diff.sameContent,
    signatures: diff.signatures,
    files: {
      same: diff.sameFiles,
      different: diff.files.map(({ path, one: before, other: after }) => ({
        path,
        one: fileJson(before),
        other: fileJson(after),
      })),
    },
    operations: diff.operations ?? null,
  };
}

function fileJson(blob: Blob | undefined): object | null {
  return blob === undefined ? null : { sha256: blob.sha256, bytes: blob.bytes };
}

function versionJson({ manifest, topology }: SummarizedVersion): object {
  const { version, content, provenance, card, rehearsal, signature } = manifest;
  return {
    version,
    format: content.format,
    bytes: fileBytes(content.blobs),
    weightBytes: content.weightBytes,
    parameters: topology?.parameters ?? null,
    provenance,
    figures: rehearsal?.kind === 'rehearsed' ? rehearsal.figures : null,
    card: card ?? null,
    signedWith: signature?.key ?? null,
  };
}

function headRows(one: SummarizedVersion, other: SummarizedVersion): string[][] {
  const row = (name: string, show: (version: SummarizedVersion) => string): string[] => [
    name,
    show(one),
    show(other),
  ];
  const figure = (show: (figures: Figures) => string) => (version: SummarizedVersion) => {
    const { rehearsal } = version.manifest;
    return rehearsal?.kind === 'rehearsed' ? show(rehearsal.figures) : '-';
  };
  const metrics = new Set([one, other].flatMap(({ manifest }) => Object.keys(manifest.card?.metrics ?? {})));
  return [
    row('', ({ manifest }) => manifest.version),
    row(
      'published',
      ({ manifest: { provenance } }) => `${formatTime(provenance.publishedAt)} by ${provenance.publishedBy}`,
    ),
    row('made of', ({ manifest }) => manifest.provenance.sourceFormat),
    row('format', ({ manifest }) => manifest.content.format),
    row('signed with', ({ manifest }) => manifest.signature?.key ?? '-'),
    row('files', ({ manifest }) => formatBytes(fileBytes(manifest.content.blobs))),
    row('weights in memory', ({ manifest }) => formatBytes(manifest.content.weightBytes)),
    row('parameters', ({ topology }) => topology?.parameters.toLocaleString('en') ?? '-'),
    ...SHOWN_FIGURES.map(([name, show]) => row(name, figure(show))),
    ...[...metrics].map((name) => row(name, ({ manifest }) => metricOf(manifest.card, name))),
  ];
}

function metricOf(card: Card | undefined, name: string): string {
  const metrics = card?.metrics ?? {};
  return Object.hasOwn(metrics, name) ? String(metrics[name]) : '-';
}

function fileRows({ sameFiles, files }: VersionDiff): string[] {
  const same =
    sameFiles.length === 0
      ? []
      : [`${plural(sameFiles.length, 'file')} the same (${formatBytes(fileBytes(sameFiles))})`];
  return [...(files.length === 0 ? [] : same), ...formatTable(files.map(fileRow))];
}

function fileRow({ path, one, other }: FileDifference): string[] {
  if (one === undefined) return ['only the second', path, size(other)];
  if (other === undefined) return ['only the first', path, size(one)];
  return ['changed', path, `${size(one)} -> ${size(other)}`];
}

function size(blob: Blob | undefined): string {
  return blob === undefined ? '' : formatBytes(blob.bytes);
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0
    ? [`${title}: no difference`]
    : [`${title}:`, ...lines.map((line) => `  ${line}`)];
}

/** Metrics are in the table already. */
function cardSection(one: SummarizedVersion, other: SummarizedVersion): string[] {
  return [one, other].flatMap(({ manifest: { version, card } }) => {
    const { metrics: _metrics, ...words } = card ?? {};
    const lines = cardLines(words);
    return lines.length === 0 ? [] : [`Card of ${version}:`, ...lines.map((line) => `  ${line}`)];
  });
}

function fileBytes(blobs: readonly Blob[]): number {
  return blobs.reduce((sum, { bytes }) => sum + bytes, 0);
}
