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
