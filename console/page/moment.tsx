import { formatAge } from '../../scripts/cli/format.ts';

const LOCAL = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

interface Props {
  /** ISO 8601. */
  readonly time: string;
  /** True to show milliseconds and no age. */
  readonly isExact?: boolean;
}

/** A time in the reader's zone, with its age. Its exact form stands in the title. */
export function Moment({ time, isExact = false }: Props) {
  const date = new Date(time);
  // A publisher states times, of which not every browser reads every form.
  if (Number.isNaN(date.getTime())) return <span>{time}</span>;
  const exact = date.toISOString();
  return (
    <time dateTime={exact} title={exact}>
      {isExact ? exact.replace('T', ' ') : LOCAL.format(date)}
      {!isExact && <small> {formatAge(Date.now() - date.getTime())}</small>}
    </time>
  );
}
