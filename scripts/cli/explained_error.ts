import { CodedError, type ErrorCode } from '../../worker/model/coded_error.ts';
import { errorMessage } from '../../worker/registry/storage/error_message.ts';

/** An error with a message of several lines: what happened, and what to do about it. */
export abstract class ExplainedError extends CodedError {
  readonly lines: readonly string[];

  constructor(lines: readonly string[], cause?: unknown) {
    super(lines.join('\n'), { cause });
    this.lines = lines;
  }
}

/** Returns the lines to print for an error: its own lines or those of its cause, or else its message as one line. */
export function errorLines(error: unknown): readonly string[] {
  const explained = causes(error).find((cause) => cause instanceof ExplainedError);
  return explained instanceof ExplainedError ? explained.lines : [errorMessage(error)];
}

/** Returns the code of an error or of its nearest cause that has one. */
export function errorCode(error: unknown): ErrorCode | undefined {
  const coded = causes(error).find((cause) => cause instanceof CodedError);
  return coded instanceof CodedError ? coded.code : undefined;
}

/** Returns an error and its causes, at most ten, since an error may be its own cause. */
function causes(error: unknown): Error[] {
  const found: Error[] = [];
  let current = error;
  while (current instanceof Error && found.length < 10) {
    found.push(current);
    current = current.cause;
  }
  return found;
}
