import { ExecutionError } from '../loaded_model.ts';

/** A loop does not yield: one that a request lets go on without an end would hold up every other request of the isolate. */
const MOST_ROUNDS = 100_000;

/** The rounds of all loops of one execution together. */
export class Rounds {
  readonly #most: number;
  #count = 0;

  constructor(most = MOST_ROUNDS) {
    this.#most = most;
  }

  /** @throws ExecutionError if a loop begins one round too many */
  begin(loop: string): void {
    if (++this.#count > this.#most)
      throw new ExecutionError(`the loop ${loop} goes on after ${this.#most} rounds`);
  }
}
