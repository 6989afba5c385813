import { CodedError, type ErrorCode } from '../../worker/model/coded_error.ts';

/** The command line is wrong in a way that its parser cannot know. The message is a sentence without a period. */
export class UsageError extends CodedError {
  override readonly code: ErrorCode = 'ERR_COMMAND_LINE_INVALID';
}
