import type { Phases } from '../serving/phases.ts';

const DESCRIPTIONS: Readonly<Record<string, string>> = {
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

/**
 * The same as a line for headers that are made once for many answers, where it is one that many have; undefined
 * where it has to be set on the answer.
 */
export function usualTimingLine(phases: Phases | undefined): string | undefined {
  if (phases === undefined) return '';
  if ((phases.durations().get('total') ?? 0) > USUAL_WAIT) return undefined;
  return `\nserver-timing: ${serverTiming(phases)}`;
}

/** The header Server-Timing (W3C): each phase in milliseconds. */
function serverTiming(phases: Phases): string {
  let text = '';
  for (const [name, milliseconds] of phases.durations()) {
    const description = DESCRIPTIONS[name];
    if (text !== '') text += ', ';
    text += `${name};dur=${milliseconds}`;
    if (description !== undefined) text += `;desc="${description}"`;
  }
  return text;
}
