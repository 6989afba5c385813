import { HISTORY_LENGTH, type Pointer } from './pointer.ts';

/**
 * Why a document cannot come after another as a model's pointer; undefined where it can. What a transition of
 * this registry makes always can: this is for documents that come from elsewhere.
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
  return lost.length === 0 ? undefined : `it brings back pruned versions: ${lost.join(', ')}`;
}
