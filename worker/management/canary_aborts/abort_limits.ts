import * as v from 'valibot';
import { documented, parseVariables, wholeNumber } from '../../serving/variables.ts';
import type { RecordedAbort } from './query_canary_aborts.ts';

/** What it takes to end a canary everywhere. */
export interface AbortLimits {
  /** So many isolates must have given it up. */
  readonly minIsolates: number;
  /** So many clients must have seen it fail. */
  readonly minClients: number;
}

export const ABORT_VARIABLES = v.object({
  CANARY_MIN_ISOLATES: documented(v.optional(wholeNumber(1, 1000), '3'), {
    values: '1 to 1000, whole',
    meaning: 'so many isolates must have given a canary up before it is ended everywhere',
  }),
  CANARY_MIN_CLIENTS: documented(v.optional(wholeNumber(1, 1000), '3'), {
    values: '1 to 1000, whole',
    meaning: 'so many clients must have seen it fail. Set it as for the Worker that predicts',
  }),
});

/** @throws ConfigurationError */
export function parseAbortLimits(variables: unknown): AbortLimits {
  const { CANARY_MIN_ISOLATES, CANARY_MIN_CLIENTS } = parseVariables(ABORT_VARIABLES, variables);
  return { minIsolates: CANARY_MIN_ISOLATES, minClients: CANARY_MIN_CLIENTS };
}

/**
 * Whether enough isolates have given a canary up, and enough clients were there: as many as one isolate has counted,
 * or as their marks tell apart. So one client that finds its way to several isolates ends nothing.
 */
export function isAgreed({ isolates, clients, marks }: RecordedAbort, limits: AbortLimits): boolean {
  return isolates >= limits.minIsolates && Math.max(clients, marks) >= limits.minClients;
}
