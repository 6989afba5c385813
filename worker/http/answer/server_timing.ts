import { NOT_WAITED, type PhaseName, type Phases } from '../../serving/request/phases.ts';

const DESCRIPTIONS: Readonly<Record<PhaseName, string>> = {
  body: 'reading the request',
  pointer: 'reading the pointer while computing',
  load: 'loading the version',
  total: 'until the last wait ended',
};

/** Adds a header that lists what the request waited for, if that was measured. */
export function setServerTiming({ headers }: Response, phases: Phases | undefined): void {
  if (phases !== undefined) headers.set('server-timing', serverTiming(phases));
}

/** In milliseconds. A request that waited longer has a header that hardly any other answer has. */
const USUAL_WAIT = 8;

/** The number of values that `usualTiming` can return. */
export const USUAL_TIMINGS = 10 ** 4;

/** Returns a number shared by all answers with the same header, or undefined if hardly any other answer has it. */
export function usualTiming({ body, pointer, load, total }: Phases): number | undefined {
  const number = digit(body) * 1000 + digit(pointer) * 100 + digit(load) * 10 + digit(total);
  return Number.isNaN(number) ? undefined : number;
}

function digit(milliseconds: number): number {
  const isUsual = milliseconds >= NOT_WAITED && milliseconds <= USUAL_WAIT && Number.isInteger(milliseconds);
  return isUsual ? milliseconds - NOT_WAITED : Number.NaN;
}

/** Formats the header Server-Timing (W3C): each phase in milliseconds. */
function serverTiming(phases: Phases): string {
  let text = '';
  for (const [name, milliseconds] of phases.durations()) {
    if (text !== '') text += ', ';
    text += `${name};dur=${milliseconds};desc="${DESCRIPTIONS[name]}"`;
  }
  return text;
}
