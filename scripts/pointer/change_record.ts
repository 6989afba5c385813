import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import type { ChangeRecord } from '../../worker/registry/pointer/pointer_transitions.ts';

/** Makes the record of a change now, by the user of this machine unless another name is given. */
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
    // In a container the user id may have no name.
    return 'unknown';
  }
}
