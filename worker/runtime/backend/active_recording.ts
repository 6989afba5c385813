/** A recording that waits in between can be interrupted by what other models compute. */
export interface Interruptible {
  suspend(): void;
  resume(): void;
}

let active: Interruptible | undefined;

/**
 * Makes a recording the active one, until what this returns is called. Computations that wait take turns; one that
 * does not may begin and end while another waits.
 */
export function activateRecording(recording: Interruptible): () => void {
  const before = active;
  active = recording;
  return () => {
    active = before;
  };
}

/** Ends the recording under way for good: the backend that it watches is given up. */
export function cancelRecording(): void {
  active?.suspend();
  active = undefined;
}

/** Runs what is no part of the recording that may be under way. */
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
