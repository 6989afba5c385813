import type { HistoryEntry } from '../../worker/registry/pointer/pointer.ts';
import { shellWord } from '../cli/shell_word.ts';
import { wranglerEnvironment } from '../deploy/wrangler_environment.ts';
import { DEFAULT_STATE_DIRECTORY, showToCaller } from '../files/package_root.ts';
import type { PlaceDescription } from '../registry/place.ts';

/** @example 'half_plus_two: 1.0.0 -> 1.1.0 (generation 2)' */
export function describeChange(model: string, change: HistoryEntry): string {
  return `${model}: ${describeMove(change)} (generation ${change.generation})`;
}

/** Describes a change without the model. */
export function describeMove(change: HistoryEntry): string {
  const { action, from, to, label, percent = 0, versions } = change;
  const move = from === to ? to : `${from ?? 'nothing'} -> ${to}`;
  switch (action) {
    case 'prune':
      return `pruned ${versions?.join(', ') ?? ''}`;
    case 'label':
      return `label ${label}: ${move}`;
    case 'unlabel':
      return `label ${label} removed from ${to}`;
    case 'stage':
      return `${to} staged${from === null ? '' : ` in place of ${from}`}`;
    case 'unstage':
      return `${to} no longer staged`;
    case 'lease':
      return `lease of ${change.lease?.ms ?? 0} ms`;
    case 'canary':
    case 'shadow':
      return percent === 0 ? `${action} ${to} ended` : `${action} ${to} at ${percent} %`;
    default:
      return [move, ...(label === undefined ? [] : [`label ${label} -> ${to}`]), ...endedRoles(change)].join(
        ', ',
      );
  }
}

/** A version that became current was promoted from its role. Any other role that the change ended is reported. */
function endedRoles({ to, ended = {} }: HistoryEntry): string[] {
  const roles: string[] = [];
  for (const role of ['canary', 'shadow'] as const) {
    if (ended[role] !== undefined && ended[role] !== to) roles.push(`${role} ${ended[role]} ended`);
  }
  return roles;
}

/** Returns the options that select the same registry in another command, with a leading space. */
export function placeOptions(place: PlaceDescription): string {
  const environment = wranglerEnvironment();
  return `${directoryOptions(place)}${environment === '' ? '' : ` --env ${environment}`}`;
}

function directoryOptions(place: PlaceDescription): string {
  if (place.kind === 'remote') return ' --remote';
  if (place.kind === 'management') return ` --url ${place.url}`;
  if (place.directory === DEFAULT_STATE_DIRECTORY) return '';
  return ` --persist-to ${shellWord(showToCaller(place.directory))}`;
}
