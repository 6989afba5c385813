import type { Phases } from '../serving/phases.ts';

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  body: 'reading the request',
  pointer: 'asking which version is current, beside computing',
  load: 'loading the version',
  total: 'until the last wait ended',
};

/** The header Server-Timing (W3C): each phase in milliseconds. */
export function serverTiming(phases: Phases): string {
  return Array.from(phases.durations(), ([name, milliseconds]) => {
    const description = DESCRIPTIONS[name];
    return `${name};dur=${milliseconds}${description === undefined ? '' : `;desc="${description}"`}`;
  }).join(', ');
}
