import { describeError } from '../../worker/registry/storage/describe_error.ts';

/** An error with a message of several lines: what happened, and what to do about it. */
export class ExplainedError extends Error {
  readonly lines: readonly string[];

  constructor(lines: readonly string[], cause?: unknown) {
    super(lines.join('\n'), { cause });
    this.lines = lines;
  }
}

/** Returns the lines to print for an error: its own lines or those of its cause, or else its message as one line. */
export function errorLines(error: unknown): readonly string[] {
  let current = error;
  for (let depth = 0; current instanceof Error && depth < 10; depth++) {
    if (current instanceof ExplainedError) return current.lines;
    current = current.cause;
  }
  return [describeError(error)];
}
