import { useState } from 'preact/hooks';
import type { Pointer } from '../../worker/registry/pointer/pointer.ts';
import { rollbackTarget } from '../../worker/registry/pointer/pointer_transitions.ts';
import type { ManagementApi } from '../api/management_api.ts';
import { LabelForm } from '../changes/label_form.tsx';
import type { PlannedChange } from '../changes/planned_change.ts';
import { TrialForm } from '../changes/trial_form.tsx';
import { Button } from '../page/button.tsx';
import type { Permissions } from '../session/permissions.ts';
import { rolesOf } from './roles.ts';
import { useManifests } from './use_manifests.ts';
import { VersionRow } from './version_row.tsx';

interface Props {
  readonly api: ManagementApi;
  readonly model: string;
  readonly pointer: Pointer | undefined;
  /** Newest first. */
  readonly versions: readonly string[];
  readonly permissions: Permissions;
  readonly onPlan: (planned: PlannedChange | 'prune') => void;
}

const SHOWN_FIRST = 20;

/** The versions with their roles and facts, and what can be done with them. */
export function VersionsPanel({ api, model, pointer, versions, permissions, onPlan }: Props) {
  const [isWhole, setWhole] = useState(false);
  const roles = pointer === undefined ? [] : rolesOf(pointer);
  const inUse = new Set(roles.map(({ version }) => version));
  // A version in use is shown however old it is.
  const shown = isWhole
    ? versions
    : versions.filter((version, index) => index < SHOWN_FIRST || inUse.has(version));
  const manifests = useManifests(api, model, shown);
  return (
    <section aria-label="Versions">
      <div class="scroll">
        <table class="versions">
          <thead>
            <tr>
              <th scope="col">Version</th>
              <th scope="col">Roles</th>
              <th scope="col">Format</th>
              <th scope="col" class="number">
                Files
              </th>
              <th scope="col">Rehearsed</th>
              <th scope="col">Published</th>
              {permissions.mayFlip && (
                <th scope="col">
                  <span class="unseen">Changes</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {shown.map((version) => (
              <VersionRow
                key={version}
                version={version}
                roles={roles.filter((role) => role.version === version)}
                read={manifests.get(version)}
                pointer={permissions.mayFlip ? pointer : undefined}
                mayFlip={permissions.mayFlip}
                onPlan={onPlan}
              />
            ))}
          </tbody>
        </table>
      </div>
      {shown.length < versions.length && (
        <Button onClick={() => setWhole(true)}>Show all {versions.length} versions</Button>
      )}
      {permissions.mayFlip ? (
        <Changes pointer={pointer} versions={versions} mayPrune={permissions.mayPrune} onPlan={onPlan} />
      ) : (
        <p class="quiet">You may read. Changes need the scope flip.</p>
      )}
    </section>
  );
}

interface ChangesProps {
  readonly pointer: Pointer | undefined;
  readonly versions: readonly string[];
  readonly mayPrune: boolean;
  readonly onPlan: (planned: PlannedChange | 'prune') => void;
}

function Changes({ pointer, versions, mayPrune, onPlan }: ChangesProps) {
  if (pointer === undefined) return null;
  const { current, canary, shadow, labels } = pointer;
  // After a rollback there is none: it would lead to the version that somebody fled from.
  const target = rollbackTarget(pointer);
  const candidates = versions.filter((version) => version !== current);
  // A trial that somebody else begins or changes replaces what was typed.
  const keyOf = (role: string, trial: Pointer['canary']) =>
    `${role} ${trial?.version} ${trial?.percent} ${current}`;
  return (
    <>
      <div class="buttons start">
        {typeof target === 'string' && (
          <Button
            kind="primary"
            onClick={() =>
              onPlan({ name: 'rollback', parameters: { to: target }, title: `Roll back to ${target}` })
            }
          >
            Roll back to {target}…
          </Button>
        )}
        {mayPrune && <Button onClick={() => onPlan('prune')}>Prune…</Button>}
      </div>
      <div class="cards">
        <TrialForm
          key={keyOf('canary', canary)}
          kind="canary"
          trial={canary}
          candidates={candidates}
          onPlan={onPlan}
        />
        <TrialForm
          key={keyOf('shadow', shadow)}
          kind="shadow"
          trial={shadow}
          candidates={candidates}
          onPlan={onPlan}
        />
        <LabelForm labels={labels} versions={versions} onPlan={onPlan} />
      </div>
    </>
  );
}
