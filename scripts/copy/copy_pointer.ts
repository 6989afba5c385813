import type { PointerChange } from '../../worker/registry/pointer/change/definition.ts';
import { POINTER_CHANGES } from '../../worker/registry/pointer/change/table.ts';
import type { HistoryEntry, Pointer } from '../../worker/registry/pointer/pointer.ts';
import type { PointerUpdate } from '../../worker/registry/pointer/pointer_store.ts';

export interface WantedPointer {
  /** Makes the current version of the source current. */
  readonly flip: boolean;
  /** Moves the labels that the source has on these versions. */
  readonly labels: boolean;
}

export type PointerCopy =
  | { readonly kind: 'made'; readonly changes: readonly HistoryEntry[] }
  | { readonly kind: 'refused'; readonly changes: readonly HistoryEntry[]; readonly reason: string };

/**
 * Makes the changes after which the pointer of the destination names what that of the source does. Each is a change with
 * its entry in the history: the history of the source is not copied.
 *
 * @param there the versions that the destination has
 * @param before the pointer of the destination
 */
export async function copyPointer(
  source: Pointer | undefined,
  before: Pointer | undefined,
  there: ReadonlySet<string>,
  wanted: WantedPointer,
  change: (change: PointerChange) => Promise<PointerUpdate>,
): Promise<PointerCopy> {
  const changes: HistoryEntry[] = [];
  if (source === undefined) {
    const reason = 'it has no current version at the source';
    return wanted.flip || wanted.labels ? { kind: 'refused', changes, reason } : { kind: 'made', changes };
  }
  for (const step of pointerSteps(source, before, there, wanted)) {
    if (typeof step === 'string') return { kind: 'refused', changes, reason: step };
    const update = await change(step);
    if (update.kind === 'refused') return { kind: 'refused', changes, reason: update.reason };
    if (update.kind === 'changed') changes.push(update.change);
  }
  return { kind: 'made', changes };
}

/** Returns the changes in order, or the reason why the next one cannot be made. */
function pointerSteps(
  { current, previous, labels }: Pointer,
  before: Pointer | undefined,
  there: ReadonlySet<string>,
  wanted: WantedPointer,
): (PointerChange | string)[] {
  const steps: (PointerChange | string)[] = [];
  if (wanted.flip) {
    // A copy takes long. A version that becomes current there meanwhile stays, as in a publish.
    let over = before?.current ?? null;
    // In an empty registry the previous version comes first, so that a rollback is possible afterwards.
    if (before === undefined && previous !== null && there.has(previous)) {
      steps.push(POINTER_CHANGES.flip.of({ version: previous, over }));
      over = previous;
    }
    steps.push(
      there.has(current)
        ? POINTER_CHANGES.flip.of({ version: current, over })
        : `its current version ${current} was not copied, so that nothing was flipped`,
    );
  }
  if (wanted.labels) {
    for (const [label, version] of Object.entries(labels)) {
      if (there.has(version)) steps.push(POINTER_CHANGES.label.of({ label, version }));
    }
  }
  return steps;
}
