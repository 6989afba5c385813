import { formatDuration } from '../../scripts/cli/format.ts';
import { type HistoryEntry, isFlip, type Pointer } from '../../worker/registry/pointer/pointer.ts';
import { Moment } from '../page/moment.tsx';
import { changeText, endedText } from './change_text.ts';

interface Props {
  readonly pointer: Pointer;
  /** When the newest change takes effect; null if isolates adopt it one by one. */
  readonly moment: string | null;
}

/** The changes of the pointer, newest first, each with the moment from which it answered requests. */
export function Timeline({ pointer, moment }: Props) {
  return (
    <section aria-label="History">
      <ol class="timeline">
        {pointer.history.map((entry, index) => (
          <li key={entry.generation} class={isFlip(entry) ? 'flip' : ''}>
            <Entry entry={entry} moment={index === 0 ? moment : (entry.effectiveAt ?? null)} />
          </li>
        ))}
      </ol>
      {pointer.generation > pointer.history.length && (
        <p class="quiet">
          The pointer keeps the newest {pointer.history.length} changes. Older ones are exported with{' '}
          <code>edge-serving history NAME --export</code>.
        </p>
      )}
    </section>
  );
}

function Entry({ entry, moment }: { readonly entry: HistoryEntry; readonly moment: string | null }) {
  const ended = endedText(entry);
  return (
    <>
      <p class="what">
        <span class="generation">{entry.generation}</span> {changeText(entry)}
      </p>
      <p class="quiet">
        asked for by {entry.by}, <Moment time={entry.at} />
      </p>
      {entry.reason !== undefined && <p class="reason">{entry.reason}</p>}
      {ended !== undefined && <p class="quiet">{ended}</p>}
      <p class="quiet">{effectOf(entry, moment)}</p>
    </>
  );
}

function effectOf({ delayMs }: HistoryEntry, moment: string | null) {
  if (moment === null) {
    return delayMs === undefined
      ? 'There was no agreed moment: each isolate changed over when it read the pointer.'
      : 'Its moment is not recorded.';
  }
  return (
    <>
      in effect everywhere at <Moment time={moment} isExact />
      {delayMs !== undefined && delayMs > 0 && `, ${formatDuration(delayMs)} after its write`}
    </>
  );
}
