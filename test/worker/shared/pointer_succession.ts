import {
  HISTORY_LENGTH,
  type HistoryEntry,
  type Pointer,
  versionsInUse,
} from '../../../worker/registry/pointer/pointer.ts';

/**
 * Why a pointer cannot come after another; undefined where it can. No change may ever make one that cannot: the newest
 * entry of the history tells all that changed.
 */
export function successionFault(before: Pointer | undefined, after: Pointer): string | undefined {
  const generation = (before?.generation ?? 0) + 1;
  if (after.generation !== generation) {
    return `generation ${after.generation} cannot follow generation ${generation - 1}`;
  }
  const [change, ...earlier] = after.history;
  if (change?.generation !== generation) return 'its newest history entry is of another generation';
  const kept = (before?.history ?? []).slice(0, HISTORY_LENGTH - 1);
  if (JSON.stringify(earlier) !== JSON.stringify(kept)) return 'it rewrites the history';
  const lost = (before?.retired ?? []).filter((version) => !after.retired.includes(version));
  if (lost.length > 0) return `it brings back pruned versions: ${lost.join(', ')}`;
  // A prune deletes what is retired: nothing that is served may be.
  const pruned = [...versionsInUse(after)].filter((version) => after.retired.includes(version));
  if (pruned.length > 0) return `it names pruned versions: ${pruned.join(', ')}`;
  return (
    flipFault(before, after, change) ?? labelFault(before, after, change) ?? trialFault(before, after, change)
  );
}

function flipFault(
  before: Pointer | undefined,
  { current, previous }: Pointer,
  { from, to }: HistoryEntry,
): string | undefined {
  const was = before?.current ?? null;
  if (current === was)
    return previous === before?.previous ? undefined : 'it moves the previous version alone';
  if (previous !== was) return `its previous version is not ${was ?? 'null'}, which was current`;
  return from === was && to === current ? undefined : 'its newest history entry tells of another flip';
}

function labelFault(before: Pointer | undefined, after: Pointer, change: HistoryEntry): string | undefined {
  const names = new Set([...Object.keys(before?.labels ?? {}), ...Object.keys(after.labels)]);
  for (const name of names) {
    if (labelOf(before, name) !== labelOf(after, name) && change.label !== name) {
      return `it moves the label ${name}, of which its newest history entry says nothing`;
    }
  }
  return undefined;
}

function labelOf(pointer: Pointer | undefined, name: string): string | undefined {
  return pointer !== undefined && Object.hasOwn(pointer.labels, name) ? pointer.labels[name] : undefined;
}

/** Whatever began or moved a share is of this generation: isolates count a trial's failures by it. */
function trialFault(before: Pointer | undefined, after: Pointer, change: HistoryEntry): string | undefined {
  for (const role of ['canary', 'shadow'] as const) {
    const trial = after[role];
    if (trial === undefined) continue;
    if (trial.version === after.current) return `its ${role} is the current version`;
    if (JSON.stringify(trial) === JSON.stringify(before?.[role])) continue;
    const told = change.action === role && change.to === trial.version && change.percent === trial.percent;
    if (!told || trial.generation !== change.generation) {
      return `it changes the ${role}, of which its newest history entry says something else`;
    }
  }
  return undefined;
}
