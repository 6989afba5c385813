/** A reading of both clocks of this process, in milliseconds. */
export interface ClockReading {
  readonly monotonic: number;
  readonly wall: number;
}

export type Clock = () => ClockReading;

export const readClock: Clock = () => ({ monotonic: performance.now(), wall: Date.now() });

/**
 * Returns the milliseconds between two readings, the longer of both measurements: the wall clock can be set back, and
 * the monotonic clock stops while the machine sleeps.
 */
export function elapsedMs(since: ClockReading, now: ClockReading): number {
  return Math.max(now.monotonic - since.monotonic, now.wall - since.wall);
}
