import { useId, useState } from 'preact/hooks';
import { isName, NAME_RULE } from '../../worker/model/names.ts';
import { Button } from '../page/button.tsx';
import type { PlannedChange } from './planned_change.ts';

interface Props {
  readonly labels: Readonly<Record<string, string>>;
  /** Newest first. */
  readonly versions: readonly string[];
  readonly onPlan: (planned: PlannedChange) => void;
}

/** Moves labels to versions, and removes them. */
export function LabelForm({ labels, versions, onPlan }: Props) {
  const [label, setLabel] = useState('');
  const [version, setVersion] = useState(versions[0] ?? '');
  const known = useId();
  const isValid = isName(label);
  const plan = (event: Event) => {
    event.preventDefault();
    onPlan({ name: 'label', parameters: { label, version }, title: `Label “${label}” to ${version}` });
  };
  return (
    <form class="card trial" onSubmit={plan}>
      <h3>Labels</h3>
      <p class="quiet">Clients may ask for a label instead of a version.</p>
      {Object.entries(labels).map(([name, labeled]) => (
        <p key={name} class="row">
          <span>
            “{name}” is {labeled}
          </span>
          <Button
            label={`Remove the label ${name}`}
            onClick={() =>
              onPlan({ name: 'unlabel', parameters: { label: name }, title: `Remove the label “${name}”` })
            }
          >
            Remove…
          </Button>
        </p>
      ))}
      <label>
        Label
        <input
          name="label"
          list={known}
          value={label}
          required
          onInput={(event) => setLabel(event.currentTarget.value.trim())}
        />
        <datalist id={known}>
          {Object.keys(labels).map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        {label !== '' && !isValid && <small class="fault">A label is made of {NAME_RULE}.</small>}
      </label>
      <label>
        Version
        <select value={version} onChange={(event) => setVersion(event.currentTarget.value)}>
          {versions.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      </label>
      <div class="buttons">
        <Button type="submit" kind="primary" isDisabled={!isValid || version === ''}>
          Set the label…
        </Button>
      </div>
    </form>
  );
}
