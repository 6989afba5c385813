import { CodedError, type ErrorCode } from '../../../worker/model/coded_error.ts';
import { type ImportProblem, malformed, unsupported } from '../../import_result.ts';

/** Thrown where a file or an operation of it cannot be read; the conversion names the operation and returns the problem. */
export class TfliteRefusal extends CodedError {
  override readonly code: ErrorCode = 'ERR_TFLITE_REFUSED';
  readonly problem: ImportProblem;

  constructor(problem: ImportProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** A valid model that cannot be computed. @param reason goes on from `operation X (output "y") ` within an operation */
export function refuse(reason: string): never {
  throw new TfliteRefusal(unsupported(reason));
}

/** What no valid model has. @param reason goes on from `operation X (output "y") ` within an operation */
export function refuseMalformed(reason: string): never {
  throw new TfliteRefusal(malformed(reason));
}
