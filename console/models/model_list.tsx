import type { ManagementApi, ModelSummary } from '../api/management_api.ts';
import { Moment } from '../page/moment.tsx';
import { Notice } from '../page/notice.tsx';
import { modelLink } from '../page/route.ts';
import { usePolled } from '../page/use_polled.ts';
import { changeText } from './change_text.ts';
import { RoleBadges } from './role_badges.tsx';
import { rolesOf } from './roles.ts';

/** All models with the roles of their versions and their last changes. */
export function ModelList({ api }: { readonly api: ManagementApi }) {
  const { value: models, fault } = usePolled(() => api.models(), 'models');
  return (
    <>
      <h1>Models</h1>
      {fault !== undefined && <Notice kind="error">{fault}</Notice>}
      {models === undefined && fault === undefined && <p class="quiet">Reading the registry…</p>}
      {models?.length === 0 && (
        <p>
          Nothing is published yet. Publish a model with{' '}
          <code>edge-serving publish my_model --model my_model</code>.
        </p>
      )}
      <ul class="models">
        {models?.map((model) => (
          <li key={model.model} class="card">
            <ModelCard model={model} />
          </li>
        ))}
      </ul>
    </>
  );
}

function ModelCard({
  model: { model, current, generation, roles, pointerError },
}: {
  readonly model: ModelSummary;
}) {
  const { lastChange, ...others } = roles ?? {};
  return (
    <>
      <h2>
        <a href={modelLink(model)}>{model}</a>
      </h2>
      {pointerError !== undefined && <Notice kind="error">Its pointer cannot be read: {pointerError}</Notice>}
      {current === null ? (
        <p class="quiet">No version is current.</p>
      ) : (
        <RoleBadges roles={rolesOf({ current, ...others })} hasVersions />
      )}
      {lastChange !== undefined && (
        <p class="quiet">
          {changeText(lastChange)} by {lastChange.by}, <Moment time={lastChange.at} />
          {generation !== null && `, generation ${generation}`}
        </p>
      )}
    </>
  );
}
