export type PhaseName = 'body' | 'pointer' | 'load' | 'total';

/** The phases, in the order in which they end. */
const NAMES: readonly PhaseName[] = ['body', 'pointer', 'load', 'total'];

/** The duration of a phase that has not ended. */
export const NOT_WAITED = -1;

/**
 * The times that a request waited, by cause, in milliseconds. On deployed Workers the clock advances only at I/O, so
 * that only waits can be measured. Computation during a wait is included in it.
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

  /** Returns the time, to record the start of a phase. */
  now(): number {
    return this.#now();
  }

  /** Ends a phase that began at the given time. The durations of a repeated phase are added. */
  end(name: PhaseName, began: number): void {
    const before = this[name];
    this[name] = (before === NOT_WAITED ? 0 : before) + this.#now() - began;
  }

  /** Returns the durations of the phases that have ended. */
  durations(): ReadonlyMap<PhaseName, number> {
    const durations = new Map<PhaseName, number>();
    for (const name of NAMES) if (this[name] !== NOT_WAITED) durations.set(name, this[name]);
    return durations;
  }
}
