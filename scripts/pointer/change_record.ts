import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { BY_LENGTH, type ChangeRecord, REASON_LENGTH } from '../../worker/registry/pointer/transition.ts';
import { parseTextUpTo } from '../cli/options/arguments.ts';

/** Adds the options of a command that changes a pointer, which its history records. */
export function withChangeOptions(command: Command): Command {
  return command
    .option('--reason <text>', 'why; kept in the history', parseTextUpTo(REASON_LENGTH))
    .option(
      '--by <name>',
      'who; kept in the history (default: the user of this machine)',
      parseTextUpTo(BY_LENGTH),
    );
}

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
