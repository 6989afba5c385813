import { useState } from 'preact/hooks';
import type { Trial } from '../../worker/registry/pointer/pointer.ts';
import { Button } from '../page/button.tsx';
import type { PlannedChange } from './planned_change.ts';

interface Props {
  readonly kind: 'canary' | 'shadow';
  readonly trial: Trial | undefined;
  /** The versions that may be on trial, newest first. */
  readonly candidates: readonly string[];
  readonly onPlan: (planned: PlannedChange) => void;
}

const FIRST_PERCENT = 10;

/** Begins, changes or ends a canary or a shadow. */
export function TrialForm({ kind, trial, candidates, onPlan }: Props) {
  const [version, setVersion] = useState(trial?.version ?? candidates[0] ?? '');
  const [percent, setPercent] = useState(trial?.percent ?? FIRST_PERCENT);
  const chosen = trial?.version ?? version;
  const name = kind === 'canary' ? 'Canary' : 'Shadow';
  if (trial === undefined && candidates.length === 0) return null;
  const plan = (event: Event) => {
    event.preventDefault();
    onPlan({
      name: kind,
      parameters: { version: chosen, percent },
      title: percent === 0 ? `End the ${kind} ${chosen}` : `${name} ${chosen} at ${percent} %`,
    });
  };
  return (
    <form class="card trial" onSubmit={plan}>
      <h3>{name}</h3>
      <p class="quiet">
        {kind === 'canary'
          ? 'answers a share of the requests that name no version'
          : 'repeats a share of the requests; its answers are only compared'}
      </p>
      <label>
        Version
        <select
          value={chosen}
          disabled={trial !== undefined}
          onChange={(event) => setVersion(event.currentTarget.value)}
        >
          {(trial === undefined ? candidates : [trial.version]).map((candidate) => (
            <option key={candidate} value={candidate}>
              {candidate}
            </option>
          ))}
        </select>
      </label>
      <label>
        Share of the requests
        <span class="slider">
          <input
            type="range"
            name={`${kind}-share`}
            min={0}
            max={100}
            step={1}
            value={percent}
            aria-valuetext={`${percent} %`}
            onInput={(event) => setPercent(Number(event.currentTarget.value))}
          />
          <input
            type="number"
            aria-label={`${name}, share in percent`}
            min={0}
            max={100}
            step="any"
            required
            value={percent}
            onInput={(event) => setPercent(event.currentTarget.valueAsNumber)}
          />
          %
        </span>
      </label>
      <div class="buttons">
        {trial !== undefined && (
          <Button
            onClick={() =>
              onPlan({
                name: kind,
                parameters: { version: chosen, percent: 0 },
                title: `End the ${kind} ${chosen}`,
              })
            }
          >
            End it
          </Button>
        )}
        <Button type="submit" kind="primary" isDisabled={!(percent >= 0 && percent <= 100)}>
          {trial === undefined ? `Begin the ${kind}…` : 'Change the share…'}
        </Button>
      </div>
    </form>
  );
}
