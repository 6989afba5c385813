import { CodedError, type ErrorCode } from '../../../worker/model/coded_error.ts';
import { type ImportProblem, malformed, unsupported } from '../../import_result.ts';

/** Thrown where a node cannot be converted; the conversion names the node and returns the problem. */
export class OnnxRefusal extends CodedError {
  override readonly code: ErrorCode = 'ERR_ONNX_REFUSED';
  readonly problem: ImportProblem;

  constructor(problem: ImportProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** A valid model that cannot be computed. @param reason goes on from `operation X (node "y") ` */
export function refuse(reason: string): never {
  throw new OnnxRefusal(unsupported(reason));
}

/** What no valid model has. @param reason goes on from `operation X (node "y") ` */
export function refuseMalformed(reason: string): never {
  throw new OnnxRefusal(malformed(reason));
}
