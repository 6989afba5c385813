import { engine } from '@tensorflow/tfjs-core';
import type { ErrorCode } from '../../model/coded_error.ts';
import { ExecutionError, OutOfMemoryError } from '../loaded_model.ts';
import { outsideRecording } from './active_recording.ts';
import { abandonBackend, takeComplaint, takeRefusal } from './backend.ts';

/** The computation trapped: the heap with all that was loaded into it has been given up. */
export class BrokenRuntimeError extends ExecutionError {
  override readonly code: ErrorCode = 'ERR_RUNTIME_BROKEN';
}

/**
 * Runs a computation of a model. What goes wrong in it is an ExecutionError, and what was computed while memory
 * was refused counts as wrong too. After a trap in WebAssembly the backend is given up and made anew for the
 * next load.
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
 * The same for a computation that has to wait in between. One at a time, in an engine scope of its own, so
 * that whatever it leaves behind when it fails is freed. Weights are kept tensors, which no scope frees.
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
      // A backend that was given up took its scopes along, by whichever computation it broke in between.
      if (engine().state.activeScope === scope) engine().endScope();
    }
  };
  const result = asynchronous.then(run);
  asynchronous = result.catch(() => undefined);
  return result;
}

/** What was refused to one computation says nothing of the next. */
function forgetRefusals(): void {
  takeRefusal();
  takeComplaint();
}

function refuseIfUncomputed(): void {
  const complaint = takeComplaint();
  if (takeRefusal()) throw new OutOfMemoryError(TOO_LARGE);
  if (complaint !== undefined) throw new ExecutionError(`a kernel does not take these tensors: ${complaint}`);
}

function asExecutionError(error: unknown): ExecutionError {
  if (error instanceof ExecutionError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof WebAssembly.RuntimeError) {
    abandonBackend();
    return new BrokenRuntimeError(`it broke the WebAssembly runtime: ${message}`, { cause: error });
  }
  // What a kernel says that got no memory for its own purposes.
  if (takeRefusal()) return new OutOfMemoryError(TOO_LARGE, { cause: error });
  return new ExecutionError(withoutAdvice(message), { cause: error });
}

/** tfjs sends whoever meets an unknown operation to its own issue tracker, which is of no help here. */
function withoutAdvice(message: string): string {
  return message.replace(/\.? File an issue at .*$/s, '');
}
