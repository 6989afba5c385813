import type { NamedTensors } from '../../../model/tensor.ts';
import type { PlanState } from '../../loaded_model.ts';
import type { ProvenPlan } from '../prepared/proven_plan.ts';
import { UNPROVEN } from '../verify/proof.ts';
import type { Entry } from './shape_entry.ts';

/** The most shapes for which a model has plans. */
export const MOST_PLANS = 4;

/** The shapes of a model, most recently used first. */
export class ShapeTable {
  readonly #isAbandoned: () => boolean;
  readonly #entries: Entry[] = [];

  /** @param isAbandoned returns true once the backend was discarded, after which nothing is freed */
  constructor(isAbandoned: () => boolean) {
    this.#isAbandoned = isAbandoned;
  }

  get all(): readonly Entry[] {
    return this.#entries;
  }

  find(inputs: NamedTensors, outputs: readonly string[]): Entry | undefined {
    const [last] = this.#entries;
    if (last?.shape.matches(inputs, outputs)) return last;
    const index = this.#entries.findIndex(({ shape }) => shape.matches(inputs, outputs));
    const entry = this.#entries[index];
    if (entry !== undefined && index > 0) {
      this.#entries.splice(index, 1);
      this.#entries.unshift(entry);
    }
    return entry;
  }

  /** Returns the entries with a plan, or whose plan is in progress. */
  plans(): Entry[] {
    return this.#entries.filter(({ state }) => state.kind !== 'refused');
  }

  state(): PlanState {
    const states = this.#entries.map(({ state }) => state);
    const shapes = states.filter(({ kind }) => kind === 'proven').length;
    if (shapes > 0) return { kind: 'planned', shapes };
    for (const state of states) {
      if (state.kind === 'refused') return { kind: 'not planned', reason: state.reason };
      if (state.kind === 'recorded' && state.attempts > 0) return { kind: 'not planned', reason: UNPROVEN };
    }
    return { kind: 'not yet planned' };
  }

  /** Returns the proofs of the plans that answer, for new isolates. */
  proofs(): ProvenPlan[] {
    return this.#entries.flatMap(({ state }) =>
      state.kind === 'proven' && state.store !== undefined ? [state.store()] : [],
    );
  }

  /** Only one shape's plan may have its own copies of weights, which would take too much memory for several. */
  mayCopy(): boolean {
    return this.#entries.every(({ state }) => state.kind !== 'proven' || !state.plan.hasCopies);
  }

  /** Adds an entry. One with a plan takes the place of the least requested one if there are too many. */
  add(entry: Entry): void {
    const plans = entry.state.kind === 'refused' ? [] : this.plans();
    if (plans.length >= MOST_PLANS) {
      const least = plans.reduce((one, other) => (other.asked < one.asked ? other : one));
      this.#drop(least);
      this.#remove(least);
    }
    this.#entries.unshift(entry);
  }

  /** Replaces the state of an entry, and frees the earlier one. */
  replace(entry: Entry, state: Entry['state']): void {
    this.#drop(entry);
    entry.state = state;
  }

  /** Removes those of some entries that exceed a number, the least recently used ones. */
  limit(number: number, which: (entry: Entry) => boolean): void {
    for (const old of this.#entries.filter(which).slice(number)) this.#remove(old);
  }

  /** Removes all entries and frees their plans. */
  clear(): void {
    for (const entry of this.#entries.splice(0)) this.#drop(entry);
  }

  #remove(entry: Entry): void {
    this.#entries.splice(this.#entries.indexOf(entry), 1);
  }

  #drop({ state }: Entry): void {
    if (this.#isAbandoned() || state.kind === 'refused') return;
    if (state.kind === 'proven') state.plan.dispose();
    state.draft.dispose();
  }
}
