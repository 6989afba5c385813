import { engine } from '@tensorflow/tfjs-core';
import { ExecutionError } from './loaded_model.ts';

/**
 * Runs a computation of a model, telling apart what the model could not compute from a fault of the runtime:
 * a trap in WebAssembly leaves the heap in no state to go on with.
 *
 * @throws ExecutionError or, after a trap, WebAssembly.RuntimeError
 */
export function execute<Result>(computation: () => Result): Result {
  try {
    return computation();
  } catch (error) {
    throw asExecutionError(error);
  }
}

let asynchronous: Promise<unknown> = Promise.resolve();

/**
 * The same for a computation that has to wait in between. One at a time, in an engine scope of its own, so
 * that whatever it leaves behind when it fails is freed. Weights are kept tensors, which no scope frees.
 */
export function executeAsynchronously<Result>(computation: () => Promise<Result>): Promise<Result> {
  const run = async (): Promise<Result> => {
    engine().startScope('execution');
    try {
      return await computation();
    } catch (error) {
      throw asExecutionError(error);
    } finally {
      engine().endScope();
    }
  };
  const result = asynchronous.then(run);
  asynchronous = result.catch(() => undefined);
  return result;
}

function asExecutionError(error: unknown): unknown {
  if (error instanceof WebAssembly.RuntimeError || error instanceof ExecutionError) return error;
  return new ExecutionError(withoutAdvice(error instanceof Error ? error.message : String(error)), {
    cause: error,
  });
}

/** tfjs sends whoever meets an unknown operation to its own issue tracker, which is of no help here. */
function withoutAdvice(message: string): string {
  return message.replace(/\.? File an issue at .*$/s, '');
}
