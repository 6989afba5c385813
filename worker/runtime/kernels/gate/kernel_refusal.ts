import { ExecutionError } from '../../loaded_model.ts';

/** A kernel was called with tensors or attributes that its operation does not take. */
export class KernelRefusal extends ExecutionError {
  /** @param operation the kernel's name, which begins the sentence */
  constructor(operation: string, what: string) {
    super(`${operation}: ${what}`);
  }
}
