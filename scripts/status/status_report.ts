import type { HistoryEntry, Pointer } from '../../worker/registry/pointer/pointer.ts';
import { formatAge, formatBytes, formatTable, formatTime } from '../cli/format.ts';
import { describeMove } from '../pointer/pointer_report.ts';
import { cardLines } from './card_report.ts';
import { leftOutLines, signatureLines } from './model_report.ts';
import type { ModelStatus, UnreadableVersion, VersionStatus } from './model_status.ts';

/** Describes a model for people: its versions, newest first, and optionally everything else that is known of it. */
export function modelLines(status: ModelStatus, options: { readonly whole: boolean }): string[] {
  const { model, pointer, pointerError, versions } = status;
  const lines = [
    `${model}  ${pointer === null ? pointerFault(pointerError) : `generation ${pointer.generation}`}`,
  ];
  if (status.takesEffectAt !== undefined) {
    lines.push(
      `  generation ${pointer?.generation} takes effect at ${status.takesEffectAt}; until then the state before it answers`,
    );
  }
  if (status.replica?.kind === 'behind') lines.push(`  ${replicaFault(status.replica.generation)}`);
  const rows = versions.toReversed().map((version) => versionRow(version, pointer));
  lines.push(...formatTable(rows).map((line) => `  ${line}`));
  lines.push(...roomFaults(status).map((line) => `  ${line}`));
  if (!options.whole) return lines;
  lines.push(...versions.toReversed().flatMap(versionCardLines));
  lines.push(...servedSignatures(status).map((line) => `  ${line}`));
  if (pointer !== null) {
    lines.push('  history', ...historyLines(pointer.history).map((line) => `    ${line}`));
  }
  return lines;
}

function versionCardLines(version: VersionStatus | UnreadableVersion): string[] {
  if ('error' in version || version.card === null) return [];
  return [`  card of ${version.version}`, ...cardLines(version.card).map((line) => `    ${line}`)];
}

/** The signatures of the current version, or of the newest one if none is current. */
function servedSignatures({ pointer, versions }: ModelStatus): string[] {
  const readable = versions.flatMap((version) => ('error' in version ? [] : [version]));
  const shown = readable.find(({ version }) => version === pointer?.current) ?? readable.at(-1);
  return shown === undefined ? [] : [...signatureLines(shown.signatures), ...leftOutLines(shown.leftOut)];
}

/** Returns why isolates cannot load the staged version, the canary or the shadow next to the current version. */
function roomFaults({ pointer, versions }: ModelStatus): string[] {
  const beside = [pointer?.next, pointer?.canary, pointer?.shadow].map((role) => role?.version);
  return versions.flatMap((version) =>
    'error' in version || version.room === null || !beside.includes(version.version) ? [] : [version.room],
  );
}

function pointerFault(error: string | undefined): string {
  return error === undefined ? 'no version is current' : `the pointer is malformed: ${error}`;
}

function replicaFault(generation: number | null): string {
  const state = generation === null ? 'is missing or malformed' : `is at generation ${generation}`;
  return `the replica in KV ${state}; the next command that changes the model repairs it`;
}

function versionRow(version: VersionStatus | UnreadableVersion, pointer: Pointer | null): string[] {
  const roles = pointer === null ? '' : describeRoles(version.version, pointer);
  if ('error' in version) return [version.version, roles, `its manifest is malformed: ${version.error}`];
  return [
    version.version,
    roles,
    formatBytes(version.bytes),
    version.format,
    [
      `${formatTime(version.publishedAt)} by ${version.publishedBy}`,
      ...(version.signed ? ['signed'] : []),
      ...(version.card?.tags?.length ? [`tagged ${version.card.tags.join(', ')}`] : []),
      ...(version.rehearsalSkipped ? ['not rehearsed'] : []),
      ...(version.plan?.kind === 'planned' ? ['planned'] : []),
      ...(version.plan?.kind === 'not planned' ? [`not planned: ${version.plan.reason}`] : []),
    ].join(', '),
  ];
}

function describeRoles(version: string, pointer: Pointer): string {
  const { current, previous, next, canary, shadow, labels, retired } = pointer;
  const roles = Object.entries(labels)
    .filter(([, labeled]) => labeled === version)
    .map(([label]) => label);
  if (version === shadow?.version) roles.unshift(`shadow at ${shadow.percent} %`);
  if (version === canary?.version) roles.unshift(`canary at ${canary.percent} %`);
  if (version === next?.version) {
    roles.unshift(`staged ${formatAge(Date.now() - Date.parse(next.stagedAt))}`);
  }
  if (version === previous) roles.unshift('previous');
  if (version === current) roles.unshift('current');
  if (retired.includes(version)) roles.unshift('pruned');
  return roles.length === 0 ? '-' : roles.join(', ');
}

/** Describes changes as a table, in their order. */
export function historyLines(history: readonly HistoryEntry[]): string[] {
  const rows = history.map((entry) => [
    String(entry.generation),
    formatTime(entry.at),
    entry.action,
    describeMove(entry),
    `by ${entry.by}${entry.reason === undefined ? '' : `: ${entry.reason}`}`,
  ]);
  return formatTable(rows);
}
