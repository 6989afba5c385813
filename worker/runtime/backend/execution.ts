import { engine } from '@tensorflow/tfjs-core';
import type { ErrorCode } from '../../model/coded_error.ts';
import { ExecutionError, OutOfMemoryError } from '../loaded_model.ts';
import { outsideRecording } from './active_recording.ts';
import { abandonBackend, takeComplaint, takeRefusal } from './backend.ts';

/** The computation trapped. The heap was discarded with everything that was loaded into it. */
export class BrokenRuntimeError extends ExecutionError {
  override readonly code: ErrorCode = 'ERR_RUNTIME_BROKEN';
}

/**
 * Runs a computation of a model. Every error becomes an ExecutionError, and a result that was computed while memory was
 * refused is also an error. After a trap in WebAssembly the backend is discarded, and the next load creates another.
 *
 * @throws ExecutionError
 */
export function execute<Result>(computation: () => Result): Result {
  try {
    const result = outsideRecording(computation);
    refuseIfUncomputed();
    return result;
  } catch (error) {
    throw asExecutionError(error);
  } finally {
    forgetRefusals();
  }
}

const TOO_LARGE =
  'it needs more memory than the heap (HEAP_LIMIT_MB) or one request (REQUEST_MEMORY_MB) may have';

let asynchronous: Promise<unknown> = Promise.resolve();

/**
 * Runs an asynchronous computation in the same way, one at a time. It has its own engine scope, so that the tensors of
 * a failed computation are freed. No scope frees weights, which are kept tensors.
 */
export function executeAsynchronously<Result>(computation: () => Promise<Result>): Promise<Result> {
  const run = async (): Promise<Result> => {
    engine().startScope('execution');
    const scope = engine().state.activeScope;
    try {
      const result = await computation();
      refuseIfUncomputed();
      return result;
    } catch (error) {
      throw asExecutionError(error);
    } finally {
      forgetRefusals();
      // The scopes of a discarded backend no longer exist. Another computation may have broken it meanwhile.
      if (engine().state.activeScope === scope) engine().endScope();
    }
  };
  const result = asynchronous.then(run);
  asynchronous = result.catch(() => undefined);
  return result;
}

/** Clears refusals, which must not affect the next computation. */
function forgetRefusals(): void {
  takeRefusal();
  takeComplaint();
}

function refuseIfUncomputed(): void {
  const complaint = takeComplaint();
  if (takeRefusal()) throw new OutOfMemoryError(TOO_LARGE);
  if (complaint !== undefined)
    throw new ExecutionError(`a kernel does not accept these tensors: ${complaint}`);
}

function asExecutionError(error: unknown): ExecutionError {
  if (error instanceof ExecutionError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof WebAssembly.RuntimeError) {
    abandonBackend();
    return new BrokenRuntimeError(`it broke the WebAssembly runtime: ${message}`, { cause: error });
  }
  // The error of a kernel that could not allocate its own memory.
  if (takeRefusal()) return new OutOfMemoryError(TOO_LARGE, { cause: error });
  return new ExecutionError(withoutAdvice(message), { cause: error });
}

/** Removes the advice to open an issue in tfjs's tracker, which does not help here. */
function withoutAdvice(message: string): string {
  return message.replace(/\.? File an issue at .*$/s, '');
}
