/**
 * How long a request waited for what, in milliseconds. On deployed Workers the clock stands still while code
 * runs and moves on at I/O: only waiting can be measured. What computes during a wait is part of it.
 */
export class Phases {
  readonly #now: () => number;
  readonly #durations = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Begins a phase; calling what it gives back ends it, once. A phase that comes again adds up. */
  begin(name: string): () => void {
    const began = this.#now();
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.#durations.set(name, (this.#durations.get(name) ?? 0) + this.#now() - began);
    };
  }

  /** The phases that have ended, in the order in which they first did. */
  durations(): ReadonlyMap<string, number> {
    return this.#durations;
  }
}
