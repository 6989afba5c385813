import type { ErrorCode } from '../../../model/coded_error.ts';
import { ExecutionError } from '../../loaded_model.ts';

/** A kernel was called with tensors or attributes that its operation does not accept. */
export class KernelRefusal extends ExecutionError {
  override readonly code: ErrorCode = 'ERR_KERNEL_ARGUMENT';

  /** @param operation the kernel's name, which begins the sentence */
  constructor(operation: string, what: string) {
    super(`${operation}: ${what}`);
  }
}
