export type PhaseName = 'body' | 'pointer' | 'load' | 'total';
/** Phases that are measured only where something needs them: they need no wait, but time on a slow machine. */
export type ComputationPhase = 'compute' | 'encode';

/** The phases that every request measures, in the order in which they end. */
const NAMES: readonly PhaseName[] = ['body', 'pointer', 'load', 'total'];

/** Starts a span of a trace, which shows the phase with what the platform records. */
export type StartSpan = (name: string) => { end(): void };

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
  compute = NOT_WAITED;
  encode = NOT_WAITED;
  total = NOT_WAITED;
  readonly #now: () => number;
  readonly #startSpan: StartSpan | undefined;
  #spans: Map<string, { end(): void }> | undefined;

  /** @param startSpan for a request that is traced */
  constructor(now: () => number, startSpan?: StartSpan) {
    this.#now = now;
    this.#startSpan = startSpan;
  }

  /** True if every phase is a span of a trace. */
  get areTraced(): boolean {
    return this.#startSpan !== undefined;
  }

  /** Returns the time, to record the start of the whole request. */
  now(): number {
    return this.#now();
  }

  /** Begins a phase, and returns the time. */
  begin(name: Exclude<PhaseName, 'total'> | ComputationPhase): number {
    if (this.#startSpan !== undefined) {
      this.#spans ??= new Map();
      this.#spans.set(name, this.#startSpan(name));
    }
    return this.#now();
  }

  /** Ends a phase that began at the given time. The durations of a repeated phase are added. */
  end(name: PhaseName | ComputationPhase, began: number): void {
    const before = this[name];
    this[name] = (before === NOT_WAITED ? 0 : before) + this.#now() - began;
    this.#spans?.get(name)?.end();
  }

  /** Returns the durations of the phases that every request measures, if they have ended. */
  durations(): ReadonlyMap<PhaseName, number> {
    const durations = new Map<PhaseName, number>();
    for (const name of NAMES) if (this[name] !== NOT_WAITED) durations.set(name, this[name]);
    return durations;
  }
}
