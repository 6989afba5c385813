import { NOT_WAITED, type PhaseName, type Phases } from '../serving/request/phases.ts';

const DESCRIPTIONS: Readonly<Record<PhaseName, string>> = {
  body: 'reading the request',
  pointer: 'asking which version is current, beside computing',
  load: 'loading the version',
  total: 'until the last wait ended',
};

/** Says in an answer what it waited for, where that was noted. */
export function setServerTiming({ headers }: Response, phases: Phases | undefined): void {
  if (phases !== undefined) headers.set('server-timing', serverTiming(phases));
}

/** In milliseconds. What waited longer has a header that hardly another answer has. */
const USUAL_WAIT = 8;

/** How many numbers `usualTiming` gives. */
export const USUAL_TIMINGS = 10 ** 4;

/** A number that answers with the same header have in common; undefined where hardly another has the same. */
export function usualTiming({ body, pointer, load, total }: Phases): number | undefined {
  const number = digit(body) * 1000 + digit(pointer) * 100 + digit(load) * 10 + digit(total);
  return Number.isNaN(number) ? undefined : number;
}

function digit(milliseconds: number): number {
  const isUsual = milliseconds >= NOT_WAITED && milliseconds <= USUAL_WAIT && Number.isInteger(milliseconds);
  return isUsual ? milliseconds - NOT_WAITED : Number.NaN;
}

/** The header Server-Timing (W3C): each phase in milliseconds. */
function serverTiming(phases: Phases): string {
  let text = '';
  for (const [name, milliseconds] of phases.durations()) {
    if (text !== '') text += ', ';
    text += `${name};dur=${milliseconds};desc="${DESCRIPTIONS[name]}"`;
  }
  return text;
}
