import { stripVTControlCharacters } from 'node:util';

const PROBE_LINE = /\bGET \/healthz \d{3}\b/;

/** What leaves the health checks of a script out of wrangler's log, and leaves in those of anybody else. */
export interface RequestLogFilter {
  /** A health check was sent: wrangler writes one line about it, unless it fails. */
  probeSent(): void;
  /** It got no answer, so no line comes. */
  probeFailed(): void;
  shows(line: string): boolean;
}

export function createRequestLogFilter(): RequestLogFilter {
  let awaited = 0;
  return {
    probeSent: () => {
      awaited++;
    },
    probeFailed: () => {
      awaited--;
    },
    shows: (line) => {
      if (awaited <= 0 || !PROBE_LINE.test(stripVTControlCharacters(line))) return true;
      awaited--;
      return false;
    },
  };
}
