import { CodedError, type ErrorCode } from '../../worker/model/coded_error.ts';
import type { ImportProblem } from '../import_result.ts';

/**
 * What `Weight.read` throws where the values turn out not to be sound: a checksum that is wrong, an integer
 * that tfjs has no room for. They are looked at only when they are asked for, long after the graph was read.
 */
export class WeightError extends CodedError {
  override readonly code: ErrorCode = 'ERR_WEIGHT_INVALID';
  readonly problem: ImportProblem;

  constructor(problem: ImportProblem) {
    super(problem.message);
    this.problem = problem;
  }
}
