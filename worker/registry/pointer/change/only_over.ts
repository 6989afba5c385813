import type { PointerTransition } from '../pointer_change.ts';

/**
 * Holds a flip back where another version is current than the one that it was checked against: a publisher looks at
 * the current version first, and a rehearsal later it may be another. Null: there was none.
 */
export function onlyOver(current: string | null, transition: PointerTransition): PointerTransition {
  return (pointer) => {
    const step = transition(pointer);
    const flips = step.kind === 'changed' && step.pointer.current !== pointer?.current;
    if (!flips || pointer === undefined || pointer.current === current) return step;
    return {
      kind: 'refused',
      reason: `${pointer.current} has become current meanwhile`,
      overtakenBy: pointer.current,
    };
  };
}
