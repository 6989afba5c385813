import type { HistoryEntry } from '../../worker/registry/pointer.ts';
import type { PlaceDescription } from './open_registry.ts';
import { DEFAULT_STATE_DIRECTORY, showToCaller } from './package_root.ts';

/** @example 'half_plus_two: 1.0.0 -> 1.1.0 (generation 2)' */
export function describeChange(model: string, change: HistoryEntry): string {
  return `${model}: ${describeMove(change)} (generation ${change.generation})`;
}

/** What changed, without the model. */
export function describeMove({ action, from, to, label, versions }: HistoryEntry): string {
  if (action === 'prune') return `pruned ${versions?.join(', ') ?? ''}`;
  const move = from === to ? to : `${from ?? 'nothing'} -> ${to}`;
  if (action === 'label') return `label ${label}: ${move}`;
  return label === undefined ? move : `${move}, label ${label} -> ${to}`;
}

/** The options with which another command finds the same registry; they begin with a space. */
export function placeOptions(place: PlaceDescription): string {
  if (place.kind === 'remote') return ' --remote';
  if (place.directory === DEFAULT_STATE_DIRECTORY) return '';
  return ` --persist-to ${quote(showToCaller(place.directory))}`;
}

/** A word as a shell takes it whole. */
function quote(word: string): string {
  return /^[\w./:@%+=,\\-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
