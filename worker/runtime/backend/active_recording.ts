/** A recording of an asynchronous computation, which computations of other models can interrupt while it waits. */
export interface Interruptible {
  suspend(): void;
  resume(): void;
}

let active: Interruptible | undefined;

/**
 * Makes a recording the active one until the returned function is called. Asynchronous computations take turns. A
 * synchronous one may run while an asynchronous one waits.
 */
export function activateRecording(recording: Interruptible): () => void {
  const before = active;
  active = recording;
  return () => {
    active = before;
  };
}

/** Ends the active recording, since its backend is discarded. */
export function cancelRecording(): void {
  active?.suspend();
  active = undefined;
}

/** Runs a computation that does not belong to the active recording. */
export function outsideRecording<Result>(run: () => Result): Result {
  const interrupted = active;
  if (interrupted === undefined) return run();
  interrupted.suspend();
  try {
    return run();
  } finally {
    if (active === interrupted) interrupted.resume();
  }
}
