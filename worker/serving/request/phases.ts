export type PhaseName = 'body' | 'pointer' | 'load' | 'total';

/** In the order in which they end. */
const NAMES: readonly PhaseName[] = ['body', 'pointer', 'load', 'total'];

/** Of a phase that has not ended. */
export const NOT_WAITED = -1;

/**
 * How long a request waited for what, in milliseconds. On deployed Workers the clock stands still while code
 * runs and moves on at I/O: only waiting can be measured. What computes during a wait is part of it.
 */
export class Phases {
  body = NOT_WAITED;
  pointer = NOT_WAITED;
  load = NOT_WAITED;
  total = NOT_WAITED;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The clock, for when a phase begins. */
  now(): number {
    return this.#now();
  }

  /** Ends a phase that began then. One that comes again adds up. */
  end(name: PhaseName, began: number): void {
    const before = this[name];
    this[name] = (before === NOT_WAITED ? 0 : before) + this.#now() - began;
  }

  /** The phases that have ended. */
  durations(): ReadonlyMap<PhaseName, number> {
    const durations = new Map<PhaseName, number>();
    for (const name of NAMES) if (this[name] !== NOT_WAITED) durations.set(name, this[name]);
    return durations;
  }
}
