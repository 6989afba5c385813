/** One moment by both clocks of this process, in milliseconds. */
export interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

export type Clock = () => Moment;

export const readClock: Clock = () => ({ monotonic: performance.now(), wall: Date.now() });

/**
 * The milliseconds between two moments, never too few: the wall clock can be set back, and the monotonic one
 * stands still while the machine sleeps.
 */
export function elapsed(since: Moment, now: Moment): number {
  return Math.max(now.monotonic - since.monotonic, now.wall - since.wall);
}
