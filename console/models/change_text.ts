import type { HistoryEntry } from '../../worker/registry/pointer/pointer.ts';

/** Says in one line what a change of the history did. @example 'promote 1.0.0 → 1.1.0' */
export function changeText({ action, from, to, label, percent, versions, lease }: HistoryEntry): string {
  switch (action) {
    case 'label':
      return `label “${label ?? ''}” ${from === null ? 'to' : `${from} →`} ${to}`;
    case 'unlabel':
      return `label “${label ?? ''}” removed from ${to}`;
    case 'canary':
    case 'shadow':
      return percent === 0 ? `${action} ${to} ended` : `${action} ${to} at ${percent ?? '?'} %`;
    case 'stage':
      return `stage ${to}`;
    case 'unstage':
      return `unstage ${to}`;
    case 'lease':
      return `lease ${lease?.ms ?? '?'} ms`;
    case 'prune':
      return `prune ${versions?.join(', ') ?? to}`;
    default:
      return `${action} ${from ?? 'nothing'} → ${to}${label === undefined ? '' : `, label “${label}”`}`;
  }
}

/** Says which roles a flip ended, or returns undefined. */
export function endedText({ ended }: HistoryEntry): string | undefined {
  if (ended === undefined) return undefined;
  const { next, canary, shadow } = ended;
  const parts = [
    next && `the staging of ${next}`,
    canary && `the canary ${canary}`,
    shadow && `the shadow ${shadow}`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : `It ended ${parts.join(' and ')}.`;
}
