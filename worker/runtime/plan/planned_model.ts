import { type Runtime, takeRefusal } from '../backend.ts';
import { BrokenRuntimeError, execute } from '../execution.ts';
import { ExecutionError, OutOfMemoryError, type PlanState } from '../loaded_model.ts';
import type { NamedTensors } from '../tensor.ts';
import { agree } from './agreement.ts';
import { fingerprint, otherValues } from './other_values.ts';
import type { Plan } from './plan.ts';
import { computeUnplanned, type Executor, recordPlan } from './record_plan.ts';
import { RequestShape } from './request_shape.ts';

/** How many shapes a model has plans for. */
const MOST_PLANS = 4;
/** A model that could not be planned for so many shapes is not tried again. */
const MOST_REFUSALS = 2;
/** How often a shape has to be asked for in a row before it takes the place of another's plan. */
const ASKED_BEFORE_REPLACING = 3;

interface Entry {
  readonly shape: RequestShape;
  state: /** It answers nothing until it has computed other values as the executor does. */
    | { readonly kind: 'recorded'; readonly plan: Plan; readonly recordedWith: number }
    | { readonly kind: 'proven'; readonly plan: Plan }
    | { readonly kind: 'refused'; readonly reason: string };
}

/**
 * A model that is computed by plans where it can be. The first request of a shape is computed by the executor and
 * recorded; the next one with other values by both, to compare; from then on the plan answers.
 */
export class PlannedModel {
  readonly #runtime: Runtime;
  readonly #executor: Executor;
  readonly #onRefused: (reason: string) => void;
  /** The one used last comes first. */
  readonly #entries: Entry[] = [];
  #candidate: { readonly shape: RequestShape; asked: number } | undefined;

  constructor(runtime: Runtime, executor: Executor, onRefused: (reason: string) => void) {
    this.#runtime = runtime;
    this.#executor = executor;
    this.#onRefused = onRefused;
  }

  /** @throws ExecutionError */
  execute(inputs: NamedTensors, outputs: readonly string[]): NamedTensors {
    const entry = this.#find(inputs, outputs);
    if (this.#runtime.backend.isAbandoned) return this.#compute(inputs, outputs);
    if (entry === undefined) return this.#begin(inputs, outputs);
    switch (entry.state.kind) {
      case 'proven':
        return this.#replay(entry, entry.state.plan, inputs) ?? this.#compute(inputs, outputs);
      case 'recorded':
        return this.#prove(entry, entry.state, inputs, outputs);
      case 'refused':
        return this.#compute(inputs, outputs);
    }
  }

  state(): PlanState {
    const shapes = this.#entries.filter(({ state }) => state.kind === 'proven').length;
    if (shapes > 0) return { kind: 'planned', shapes };
    const refused = this.#entries.find(({ state }) => state.kind === 'refused');
    if (refused?.state.kind === 'refused') return { kind: 'not planned', reason: refused.state.reason };
    return { kind: 'not yet planned' };
  }

  dispose(): void {
    for (const entry of this.#entries.splice(0)) this.#drop(entry);
  }

  #find(inputs: NamedTensors, outputs: readonly string[]): Entry | undefined {
    const index = this.#entries.findIndex(({ shape }) => shape.matches(inputs, outputs));
    const entry = this.#entries[index];
    if (entry !== undefined && index > 0) {
      this.#entries.splice(index, 1);
      this.#entries.unshift(entry);
    }
    return entry;
  }

  #compute(inputs: NamedTensors, outputs: readonly string[]): NamedTensors {
    try {
      return computeUnplanned(this.#executor, inputs, outputs);
    } catch (error) {
      const { arena } = this.#runtime;
      if (!(error instanceof OutOfMemoryError) || arena.bytes === 0) throw error;
      arena.free();
      return computeUnplanned(this.#executor, inputs, outputs);
    }
  }

  #begin(inputs: NamedTensors, outputs: readonly string[]): NamedTensors {
    const shape = new RequestShape(inputs, outputs);
    if (!this.#isWorthRecording(shape, inputs, outputs)) return this.#compute(inputs, outputs);
    const { values, result } = recordPlan(this.#runtime, this.#executor, inputs, outputs);
    const recordedWith = fingerprint(inputs);
    const state =
      result.kind === 'plan' ? ({ kind: 'recorded', plan: result.plan, recordedWith } as const) : undefined;
    const entry: Entry = { shape, state: state ?? { kind: 'refused', reason: '' } };
    this.#entries.unshift(entry);
    if (result.kind === 'obstacle') this.#refuse(entry, result.reason);
    const plans = this.#entries.filter((each) => each.state.kind !== 'refused');
    for (const least of plans.slice(MOST_PLANS)) {
      this.#drop(least);
      this.#entries.splice(this.#entries.indexOf(least), 1);
    }
    return values;
  }

  /** Requests of ever other shapes are not worth a recording each. */
  #isWorthRecording(shape: RequestShape, inputs: NamedTensors, outputs: readonly string[]): boolean {
    const refused = this.#entries.filter(({ state }) => state.kind === 'refused').length;
    if (refused >= MOST_REFUSALS) return false;
    if (this.#entries.length - refused < MOST_PLANS) return true;
    if (this.#candidate?.shape.matches(inputs, outputs)) this.#candidate.asked++;
    else this.#candidate = { shape, asked: 1 };
    return this.#candidate.asked >= ASKED_BEFORE_REPLACING;
  }

  #replay(entry: Entry, plan: Plan, inputs: NamedTensors): NamedTensors | undefined {
    return execute(() => {
      const result = plan.run(inputs);
      switch (result.kind) {
        case 'computed':
          return result.outputs;
        case 'changed':
          this.#refuse(entry, 'the shape of what a kernel answers depends on values');
          return undefined;
        case 'no memory':
          // The executor may well find room for one tensor after the other.
          takeRefusal();
          return undefined;
      }
    });
  }

  #prove(
    entry: Entry,
    { plan, recordedWith }: { readonly plan: Plan; readonly recordedWith: number },
    inputs: NamedTensors,
    outputs: readonly string[],
  ): NamedTensors {
    const values = this.#compute(inputs, outputs);
    if (fingerprint(inputs) !== recordedWith) {
      this.#compare(entry, plan, inputs, values);
      return values;
    }
    const others = otherValues(inputs);
    if (others === undefined) return values;
    try {
      this.#compare(entry, plan, others, this.#compute(others, outputs));
    } catch (error) {
      // Values that nobody asked for may be none that it can compute.
      if (error instanceof BrokenRuntimeError || !(error instanceof ExecutionError)) throw error;
    }
    return values;
  }

  #compare(entry: Entry, plan: Plan, inputs: NamedTensors, expected: NamedTensors): void {
    const replayed = this.#replay(entry, plan, inputs);
    if (replayed === undefined) return;
    if (agree(replayed, expected)) entry.state = { kind: 'proven', plan };
    else this.#refuse(entry, 'its plan computed other values than the executor');
  }

  #refuse(entry: Entry, reason: string): void {
    this.#drop(entry);
    entry.state = { kind: 'refused', reason };
    this.#onRefused(reason);
  }

  #drop({ state }: Entry): void {
    if (state.kind !== 'refused') state.plan.dispose();
  }
}
