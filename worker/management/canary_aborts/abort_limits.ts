import * as v from 'valibot';
import { documented, parseVariables, wholeNumber } from '../../serving/variables.ts';
import type { RecordedAbort } from './query_canary_aborts.ts';

/** The conditions to abort a canary for all isolates. */
export interface AbortLimits {
  /** At least this many isolates must have aborted the canary. */
  readonly minIsolates: number;
  /** At least this many clients must have seen it fail. */
  readonly minClients: number;
}

export const ABORT_VARIABLES = v.object({
  CANARY_MIN_ISOLATES: documented(v.optional(wholeNumber(1, 1000), '3'), {
    values: '1 to 1000, whole',
    meaning: 'at least this many isolates must have aborted a canary before it ends for all',
  }),
  CANARY_MIN_CLIENTS: documented(v.optional(wholeNumber(1, 1000), '3'), {
    values: '1 to 1000, whole',
    meaning: 'at least this many clients must have seen it fail. Use the value of the serving Worker',
  }),
});

/** @throws ConfigurationError that names every invalid variable */
export function parseAbortLimits(variables: unknown): AbortLimits {
  const { CANARY_MIN_ISOLATES, CANARY_MIN_CLIENTS } = parseVariables(ABORT_VARIABLES, variables);
  return { minIsolates: CANARY_MIN_ISOLATES, minClients: CANARY_MIN_CLIENTS };
}

/**
 * True if enough isolates have aborted a canary and enough clients were involved: as many as one isolate has counted,
 * or as their marks distinguish. A single client whose requests reach several isolates cannot abort a canary.
 */
export function isAgreed({ isolates, clients, marks }: RecordedAbort, limits: AbortLimits): boolean {
  return isolates >= limits.minIsolates && Math.max(clients, marks) >= limits.minClients;
}
