import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import type { ChangeRecord } from '../../worker/registry/pointer/pointer_transitions.ts';

/** The record of a change made now, by the user of this machine unless told otherwise. */
export function newChangeRecord(options: {
  by?: string | undefined;
  reason?: string | undefined;
}): ChangeRecord {
  return {
    id: randomUUID(),
    at: new Date().toISOString(),
    by: options.by ?? userName(),
    ...(options.reason === undefined ? {} : { reason: options.reason }),
  };
}

function userName(): string {
  if (process.env.USER) return process.env.USER;
  try {
    return userInfo().username;
  } catch {
    // In a container the user's number may have no name.
    return 'unknown';
  }
}
