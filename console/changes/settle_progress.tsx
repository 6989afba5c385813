import { useEffect, useState } from 'preact/hooks';
import { formatDuration } from '../../scripts/cli/format.ts';
import type { Changed } from '../api/management_api.ts';
import { Moment } from '../page/moment.tsx';
import { Notice } from '../page/notice.tsx';

const STEP_MS = 100;

/** Shows a written change until no isolate answers by the earlier state any more. */
export function SettleProgress({ changed: { change, effect } }: { readonly changed: Changed }) {
  const total = effect?.settlesInMs ?? 0;
  const left = useCountdown(total);
  if (change === null) {
    return <Notice kind="info">Nothing changed: the model was in this state already.</Notice>;
  }
  if (left > 0) {
    return (
      <div class="settling" role="status">
        <p>
          Written as generation {change.generation}. The fleet changes over
          {effect?.moment ? (
            <>
              {' '}
              at <Moment time={effect.moment} isExact />
            </>
          ) : (
            ' when its isolates read the pointer'
          )}
          .
        </p>
        <progress max={total} value={total - left} aria-label="Until the whole fleet has changed over" />
      </div>
    );
  }
  return (
    <Notice kind="done">
      {effect?.moment ? (
        <>
          In effect in the whole fleet since <Moment time={effect.moment} isExact />, generation{' '}
          {change.generation}.
        </>
      ) : (
        <>In effect in the whole fleet, generation {change.generation}.</>
      )}
      {(effect?.mixedMs ?? 0) > 0 &&
        ` The write took long: for up to ${formatDuration(effect?.mixedMs ?? 0)}, both states may have answered.`}
    </Notice>
  );
}

/** Counts down from a number of milliseconds by this page's own steady clock. */
function useCountdown(total: number): number {
  const [left, setLeft] = useState(total);
  useEffect(() => {
    const end = performance.now() + total;
    const timer = setInterval(() => {
      const rest = Math.max(0, end - performance.now());
      setLeft(rest);
      if (rest === 0) clearInterval(timer);
    }, STEP_MS);
    return () => clearInterval(timer);
  }, [total]);
  return left;
}
