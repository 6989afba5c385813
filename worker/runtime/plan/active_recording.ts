/** A recording that waits in between can be interrupted by what other models compute. */
export interface Interruptible {
  suspend(): void;
  resume(): void;
}

let active: Interruptible | undefined;

/** There is one at a time, since computations that wait take turns. */
export function setActiveRecording(recording: Interruptible | undefined): void {
  active = recording;
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
