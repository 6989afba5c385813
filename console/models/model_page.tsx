import { useState } from 'preact/hooks';
import { compareVersions } from '../../worker/registry/version/version.ts';
import type { ModelState } from '../api/management_api.ts';
import { ChangeDialog } from '../changes/change_dialog.tsx';
import type { PlannedChange } from '../changes/planned_change.ts';
import { PruneDialog } from '../changes/prune_dialog.tsx';
import { Notice } from '../page/notice.tsx';
import { modelLink, TABS, type Tab } from '../page/route.ts';
import { usePolled } from '../page/use_polled.ts';
import { permissionsOf } from '../session/permissions.ts';
import type { Session } from '../session/session.ts';
import { TrafficPanel } from '../traffic/traffic_panel.tsx';
import { TryPanel } from '../try/try_panel.tsx';
import { CompareVersions } from './compare_versions.tsx';
import { RoleBadges } from './role_badges.tsx';
import { rolesOf } from './roles.ts';
import { Timeline } from './timeline.tsx';
import { VersionsPanel } from './versions_panel.tsx';

const TAB_NAMES: Readonly<Record<Tab, string>> = {
  versions: 'Versions',
  try: 'Try it',
  history: 'History',
  compare: 'Compare',
  traffic: 'Traffic',
};

interface Props {
  readonly session: Session;
  readonly model: string;
  readonly tab: Tab;
}

/** One model: its state, its pages, and the dialogs of its changes. */
export function ModelPage({ session, model, tab }: Props) {
  const { api } = session;
  const { value: state, fault, reload } = usePolled(() => api.model(model), model);
  const [planned, setPlanned] = useState<PlannedChange | 'prune'>();
  const close = () => setPlanned(undefined);
  return (
    <>
      <h1>{model}</h1>
      {fault !== undefined && <Notice kind="error">{fault}</Notice>}
      {state === undefined && fault === undefined && <p class="quiet">Reading the model…</p>}
      {state !== undefined && (
        <>
          <ModelHead state={state} />
          <nav class="tabs" aria-label={`Pages of ${model}`}>
            {TABS.map((each) => (
              <a key={each} href={modelLink(model, each)} aria-current={each === tab ? 'page' : undefined}>
                {TAB_NAMES[each]}
              </a>
            ))}
          </nav>
          <Panel session={session} state={state} tab={tab} onPlan={setPlanned} />
        </>
      )}
      {state !== undefined && planned === 'prune' && (
        <PruneDialog api={api} state={state} reload={reload} onClose={close} />
      )}
      {state !== undefined && planned !== undefined && planned !== 'prune' && (
        <ChangeDialog api={api} planned={planned} state={state} reload={reload} onClose={close} />
      )}
    </>
  );
}

function ModelHead({ state: { pointer, pointerError } }: { readonly state: ModelState }) {
  if (pointerError !== undefined) {
    return (
      <Notice kind="error">The pointer cannot be read, so that no change is possible: {pointerError}</Notice>
    );
  }
  if (pointer === null) return <p class="quiet">No version is current yet.</p>;
  return (
    <p class="row">
      <RoleBadges roles={rolesOf(pointer)} hasVersions />
      <span class="quiet">
        generation {pointer.generation}, lease {pointer.lease?.ms ?? 0} ms
      </span>
    </p>
  );
}

interface PanelProps {
  readonly session: Session;
  readonly state: ModelState;
  readonly tab: Tab;
  readonly onPlan: (planned: PlannedChange | 'prune') => void;
}

function Panel({ session: { api, caller }, state, tab, onPlan }: PanelProps) {
  const { model, pointer, moment } = state;
  const versions = [...state.versions].sort(compareVersions).reverse();
  switch (tab) {
    case 'versions':
      return (
        <VersionsPanel
          api={api}
          model={model}
          pointer={pointer ?? undefined}
          versions={versions}
          permissions={permissionsOf(caller)}
          onPlan={onPlan}
        />
      );
    case 'try':
      return (
        <TryPanel
          api={api}
          model={model}
          predict={caller.predict}
          versions={versions}
          roles={pointer === null ? [] : rolesOf(pointer)}
        />
      );
    case 'history':
      return pointer === null ? (
        <p>Nothing has happened yet.</p>
      ) : (
        <Timeline pointer={pointer} moment={moment} />
      );
    case 'compare':
      return <CompareVersions api={api} model={model} versions={versions} current={pointer?.current} />;
    case 'traffic':
      return <TrafficPanel api={api} model={model} />;
  }
}
