import type { ObjectStore } from '../../../worker/registry/storage/object_store.ts';
import type { SignatureDifference } from '../../../worker/registry/version/compatibility.ts';
import type { Manifest } from '../../../worker/registry/version/manifest.ts';
import { readManifest } from '../../../worker/registry/version/version_store.ts';
import type { Candidate, RehearsalOutcome, Rehearse } from '../../rehearsal/rehearse.ts';
import { roomFault } from '../../status/room_beside.ts';
import { checkCompatibility } from './check_compatibility.ts';

type DoneRehearsal = Extract<RehearsalOutcome, { kind: 'done' }>;

/** The results of the checks before anything is written. */
export interface Checks {
  /** Undefined if the version was already rehearsed when it was published. */
  readonly rehearsal: DoneRehearsal | undefined;
  readonly differences: readonly SignatureDifference[];
  /** Why it cannot be loaded while the current version serves; undefined if it can. */
  readonly room: string | undefined;
}

/**
 * Checks whether a version can replace the current one. A published version is checked again only if a flip or a label
 * would bring it to clients, and rehearsed only if it never was.
 */
export async function checkCandidate(
  store: ObjectStore,
  {
    model,
    allowBreaking = false,
    memoryBudgetBytes,
  }: { readonly model: string; readonly allowBreaking?: boolean; readonly memoryBudgetBytes?: number },
  candidate: Candidate,
  published: Manifest | undefined,
  {
    current,
    changes,
    rehearse,
    onDifferences,
  }: {
    readonly current: string | undefined;
    readonly changes: boolean;
    readonly rehearse: Rehearse | undefined;
    /** Receives the differences before the rehearsal. */
    readonly onDifferences: ((differences: readonly SignatureDifference[]) => void) | undefined;
  },
): Promise<
  | { readonly kind: 'fine'; readonly checks: Checks }
  /** `disagrees`: because of a golden example. */
  | { readonly kind: 'refused'; readonly reason: string; readonly disagrees?: boolean }
> {
  if (published !== undefined && !changes) {
    return { kind: 'fine', checks: { rehearsal: undefined, differences: [], room: undefined } };
  }
  const { version, content } = candidate.manifest;
  const { differences, refusal } = await checkCompatibility(
    store,
    { model, version, content },
    current,
    allowBreaking,
  );
  if (refusal !== undefined) return { kind: 'refused', reason: refusal };
  if (differences.length > 0) onDifferences?.(differences);
  const isRehearsed = published?.rehearsal?.kind === 'rehearsed';
  const rehearsal = isRehearsed ? undefined : await rehearse?.(candidate, current);
  if (rehearsal?.kind === 'refused') return rehearsal;
  const serving = current === undefined ? undefined : await readManifest(store, model, current);
  const measured = { ...candidate.manifest, ...(rehearsal && { rehearsal: rehearsal.rehearsal }) };
  const room =
    serving?.kind === 'found'
      ? roomFault(published ?? measured, serving.manifest, memoryBudgetBytes)
      : undefined;
  return { kind: 'fine', checks: { rehearsal, differences, room } };
}

/** Rehearses once, whatever the published version's number becomes. */
export function rehearseOnce(rehearse: Rehearse): Rehearse {
  let outcome: Promise<RehearsalOutcome> | undefined;
  return (candidate, current) => {
    outcome ??= rehearse(candidate, current);
    return outcome;
  };
}
