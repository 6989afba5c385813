import { stripVTControlCharacters } from 'node:util';

const PROBE_LINE = /\bGET \/healthz \d{3}\b/;

/** Removes a script's own health checks from wrangler's log, and keeps those of others. */
export interface RequestLogFilter {
  /** A health check was sent, for which wrangler writes one line unless the request fails. */
  probeSent(): void;
  /** The health check failed, so that wrangler writes no line. */
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
