import { describeError } from '../../worker/registry/storage/describe_error.ts';

/** A fault told in several lines: what happened, and what to do about it. */
export class ExplainedError extends Error {
  readonly lines: readonly string[];

  constructor(lines: readonly string[], cause?: unknown) {
    super(lines.join('\n'), { cause });
    this.lines = lines;
  }
}

/** A fault as it is printed: its own lines or those of what caused it, else its message as one line. */
export function errorLines(error: unknown): readonly string[] {
  let current = error;
  for (let depth = 0; current instanceof Error && depth < 10; depth++) {
    if (current instanceof ExplainedError) return current.lines;
    current = current.cause;
  }
  return [describeError(error)];
}
