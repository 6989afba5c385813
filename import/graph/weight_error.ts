import { CodedError, type ErrorCode } from '../../worker/model/coded_error.ts';
import type { ImportProblem } from '../import_result.ts';

/**
 * Thrown by `Weight.read` if the values are invalid: for example, a wrong checksum, or an integer that tfjs cannot
 * represent. Values are read long after the graph.
 */
export class WeightError extends CodedError {
  override readonly code: ErrorCode = 'ERR_WEIGHT_INVALID';
  readonly problem: ImportProblem;

  constructor(problem: ImportProblem) {
    super(problem.message);
    this.problem = problem;
  }
}
