import { formatBytes } from '../../scripts/cli/format.ts';
import type { Pointer } from '../../worker/registry/pointer/pointer.ts';
import type { Manifest } from '../api/management_api.ts';
import type { PlannedChange } from '../changes/planned_change.ts';
import { Button } from '../page/button.tsx';
import { Moment } from '../page/moment.tsx';
import { RoleBadges } from './role_badges.tsx';
import type { Role } from './roles.ts';
import type { ReadManifest } from './use_manifests.ts';
import { storedBytes } from './version_facts.ts';

interface Props {
  readonly version: string;
  readonly roles: readonly Role[];
  readonly read: ReadManifest | undefined;
  readonly pointer: Pointer | undefined;
  readonly mayFlip: boolean;
  readonly onPlan: (planned: PlannedChange) => void;
}

/** A version with its facts, and its own changes. */
export function VersionRow({ version, roles, read, pointer, mayFlip, onPlan }: Props) {
  return (
    <tr>
      <th scope="row">{version}</th>
      <td>
        <RoleBadges roles={roles} />
      </td>
      <FactCells read={read} />
      {mayFlip && (
        <td>
          <RowChanges version={version} pointer={pointer} onPlan={onPlan} />
        </td>
      )}
    </tr>
  );
}

function FactCells({ read }: { readonly read: ReadManifest | undefined }) {
  if (read?.kind !== 'read') {
    return (
      <td colSpan={4} class={read === undefined ? 'quiet' : 'fault'}>
        {read === undefined ? 'Reading the manifest…' : read.message}
      </td>
    );
  }
  const { manifest } = read;
  return (
    <>
      <td data-label="Format">{manifest.content.format}</td>
      <td class="number" data-label="Files">
        {formatBytes(storedBytes(manifest))}
      </td>
      <td data-label="Rehearsed">{rehearsalText(manifest)}</td>
      <td data-label="Published">
        <Moment time={manifest.provenance.publishedAt} /> <small>by {manifest.provenance.publishedBy}</small>
      </td>
    </>
  );
}

function rehearsalText({ rehearsal }: Manifest): string {
  if (rehearsal === undefined) return 'no';
  if (rehearsal.kind === 'skipped') return 'skipped';
  const { medianMs, heapBytes } = rehearsal.figures;
  const answer = medianMs === null ? '' : `${medianMs.toFixed(1)} ms, `;
  return `${answer}heap ${formatBytes(heapBytes)}`;
}

interface ChangesProps {
  readonly version: string;
  readonly pointer: Pointer | undefined;
  readonly onPlan: (planned: PlannedChange) => void;
}

function RowChanges({ version, pointer, onPlan }: ChangesProps) {
  if (pointer === undefined) {
    return (
      <Button
        onClick={() => onPlan({ name: 'flip', parameters: { version }, title: `Make ${version} current` })}
      >
        Make current…
      </Button>
    );
  }
  if (version === pointer.current) return null;
  const isStaged = pointer.next?.version === version;
  return (
    <span class="buttons">
      <Button
        label={`Promote ${version}`}
        onClick={() => onPlan({ name: 'promote', parameters: { version }, title: `Promote ${version}` })}
      >
        Promote…
      </Button>
      <Button
        label={isStaged ? `Unstage ${version}` : `Stage ${version}`}
        onClick={() =>
          onPlan(
            isStaged
              ? { name: 'unstage', parameters: { version }, title: `Unstage ${version}` }
              : { name: 'stage', parameters: { version }, title: `Stage ${version}` },
          )
        }
      >
        {isStaged ? 'Unstage…' : 'Stage…'}
      </Button>
    </span>
  );
}
