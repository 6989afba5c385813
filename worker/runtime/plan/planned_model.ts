import { type Runtime, takeRefusal } from '../backend.ts';
import { BrokenRuntimeError, execute } from '../execution.ts';
import { ExecutionError, OutOfMemoryError, type PlanState } from '../loaded_model.ts';
import type { NamedTensors } from '../tensor.ts';
import { agree } from './agreement.ts';
import { areOrdinary } from './ordinary_values.ts';
import { fingerprint, otherValues } from './other_values.ts';
import type { Plan, PlanResult } from './plan.ts';
import type { Computation, PlanDraft, Recorded } from './record_plan.ts';
import { RequestShape } from './request_shape.ts';

/** How many shapes a model has plans for. */
const MOST_PLANS = 4;
/** A model that could not be planned for so many shapes is not tried again. */
const MOST_REFUSALS = 2;
/** How often a shape has to be asked for in a row before it takes the place of another's plan. */
const ASKED_BEFORE_REPLACING = 3;

/** How far sums in another order may be off, of a value or of a tenth of the largest. */
const REORDERED_TOLERANCE = 1e-4;

const DIFFERENT = 'its plan computed other values than the executor';
const CHANGED = 'the shape of what a kernel answers depends on values';

interface Draft {
  readonly kind: 'recorded';
  readonly draft: PlanDraft;
  readonly recordedWith: number;
}

interface Entry {
  readonly shape: RequestShape;
  state: /** It answers nothing until it has computed other values as the executor does. */
    | Draft
    | { readonly kind: 'proven'; readonly plan: Plan; readonly draft: PlanDraft }
    | { readonly kind: 'refused'; readonly reason: string };
}

type Answer = NamedTensors | Promise<NamedTensors>;

/**
 * A model that is computed by plans where it can be. The first request of a shape is computed by the executor and
 * recorded; the next one with other values by both, to compare; from then on the plan answers.
 */
export class PlannedModel {
  readonly #runtime: Runtime;
  readonly #computation: Computation;
  readonly #onRefused: (reason: string) => void;
  /** The one used last comes first. */
  readonly #entries: Entry[] = [];
  #isDisposed = false;
  #candidate: { readonly shape: RequestShape; asked: number } | undefined;

  constructor(runtime: Runtime, computation: Computation, onRefused: (reason: string) => void) {
    this.#runtime = runtime;
    this.#computation = computation;
    this.#onRefused = onRefused;
  }

  /** Synchronous where a plan answers, or the computation is. Throws, or rejects with, ExecutionError. */
  execute(inputs: NamedTensors, outputs: readonly string[]): Answer {
    const entry = this.#find(inputs, outputs);
    if (this.#runtime.backend.isAbandoned) return this.#compute(inputs, outputs);
    if (entry === undefined) return this.#begin(inputs, outputs);
    switch (entry.state.kind) {
      case 'proven':
        return this.#answer(entry, entry.state.plan, inputs, outputs);
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
    this.#isDisposed = true;
    for (const entry of this.#entries.splice(0)) this.#drop(entry);
  }

  #find(inputs: NamedTensors, outputs: readonly string[]): Entry | undefined {
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

  #compute(inputs: NamedTensors, outputs: readonly string[]): Answer {
    return this.#orWithoutArena(
      () => this.#computation.compute(inputs, outputs),
      () => this.#computation.compute(inputs, outputs),
    );
  }

  #begin(inputs: NamedTensors, outputs: readonly string[]): Answer {
    const shape = new RequestShape(inputs, outputs);
    if (!this.#isWorthRecording(shape, inputs, outputs)) return this.#compute(inputs, outputs);
    const record = () =>
      andThen(this.#computation.record(inputs, outputs), (recorded) => {
        // Another request may have been faster, where recording waits.
        if (this.#find(inputs, outputs) !== undefined || this.#isDisposed) this.#discard(recorded);
        else this.#add(shape, fingerprint(inputs), recorded);
        return recorded.values;
      });
    return this.#orWithoutArena(record, () => this.#computation.compute(inputs, outputs));
  }

  /** Where memory is out, what the arena takes may be what was missing. */
  #orWithoutArena(first: () => Answer, then: () => Answer): Answer {
    return recovered(first, (error) => this.#againWithoutArena(error, then));
  }

  #againWithoutArena(error: unknown, compute: () => Answer): Answer {
    const { arena } = this.#runtime;
    if (!(error instanceof OutOfMemoryError) || arena.bytes === 0) throw error;
    arena.free();
    return compute();
  }

  #discard({ result }: Recorded): void {
    if (result.kind === 'recording' && !this.#runtime.backend.isAbandoned) result.draft.dispose();
  }

  #add(shape: RequestShape, recordedWith: number, { result }: Recorded): void {
    if (result.kind === 'obstacle') this.#onRefused(result.reason);
    this.#entries.unshift({
      shape,
      state:
        result.kind === 'obstacle'
          ? { kind: 'refused', reason: result.reason }
          : { kind: 'recorded', draft: result.draft, recordedWith },
    });
    const plans = this.#entries.filter((each) => each.state.kind !== 'refused');
    for (const least of plans.slice(MOST_PLANS)) {
      this.#drop(least);
      this.#entries.splice(this.#entries.indexOf(least), 1);
    }
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

  #answer(entry: Entry, plan: Plan, inputs: NamedTensors, outputs: readonly string[]): Answer {
    if (plan.isTransformed && !areOrdinary(inputs)) return this.#compute(inputs, outputs);
    let result: PlanResult;
    try {
      result = this.#run(plan, inputs);
    } catch (error) {
      return this.#againWithoutArena(error, () => this.#computation.compute(inputs, outputs));
    }
    if (result.kind === 'computed') return result.outputs;
    // Without memory for the arena, the executor may still find room for one tensor after the other.
    if (result.kind === 'changed') this.#refuse(entry, CHANGED);
    return this.#compute(inputs, outputs);
  }

  #run(plan: Plan, inputs: NamedTensors): PlanResult {
    return execute(() => {
      const result = plan.run(inputs);
      if (result.kind === 'no memory') takeRefusal();
      return result;
    });
  }

  #prove(entry: Entry, draft: Draft, inputs: NamedTensors, outputs: readonly string[]): Answer {
    const compute = () => this.#compute(inputs, outputs);
    const computed = recovered(compute, (error) => {
      // What the draft holds may be what was missing.
      if (!(error instanceof OutOfMemoryError) || entry.state !== draft) throw error;
      this.#refuse(entry, 'there is no memory for it beside what computes it without');
      return compute();
    });
    return andThen(computed, (values) => {
      if (entry.state !== draft) return values;
      if (fingerprint(inputs) !== draft.recordedWith) {
        this.#compare(entry, draft, inputs, values);
        return values;
      }
      const others = otherValues(inputs);
      return others === undefined
        ? values
        : andThen(this.#proveWith(entry, draft, others, outputs), () => values);
    });
  }

  /** The same with values that nobody asked for: they may be none that it can compute. */
  #proveWith(
    entry: Entry,
    draft: Draft,
    inputs: NamedTensors,
    outputs: readonly string[],
  ): void | Promise<void> {
    const forgive = (error: unknown): void => {
      if (error instanceof BrokenRuntimeError || !(error instanceof ExecutionError)) throw error;
    };
    try {
      const compared = andThen(this.#compute(inputs, outputs), (values) =>
        this.#compare(entry, draft, inputs, values),
      );
      return compared instanceof Promise ? compared.catch(forgive) : compared;
    } catch (error) {
      forgive(error);
    }
  }

  #compare(entry: Entry, recorded: Draft, inputs: NamedTensors, expected: NamedTensors): void {
    // While it was computed, another request may have come to a conclusion, or a third shape taken its place.
    if (entry.state !== recorded || !this.#entries.includes(entry)) return;
    // One shape's plan may have copies of weights of its own; more of them would be too many.
    const mayCopy = this.#entries.every(({ state }) => state.kind !== 'proven' || !state.plan.isFolded);
    const { draft } = recorded;
    let plan = draft.create({ mayCopy, mayReorder: true });
    let obstacle: string | undefined = 'its plan could not be run';
    try {
      obstacle = this.#whyNotEqual(plan, inputs, expected);
      if (obstacle === DIFFERENT && plan.isReordered) {
        // Of a sum that cancels, another order may leave something else.
        plan.dispose();
        plan = draft.create({ mayCopy: false, mayReorder: false });
        obstacle = this.#whyNotEqual(plan, inputs, expected);
      }
    } finally {
      entry.state = { kind: 'proven', plan, draft };
      if (obstacle !== undefined) this.#refuse(entry, obstacle);
    }
  }

  /** Why a plan may not answer in the executor's place. */
  #whyNotEqual(plan: Plan, inputs: NamedTensors, expected: NamedTensors): string | undefined {
    // It does without what it got no memory for.
    takeRefusal();
    const result = this.#run(plan, inputs);
    switch (result.kind) {
      case 'changed':
        return CHANGED;
      case 'no memory':
        return 'there is no memory for its arena';
      case 'computed':
        return agree(result.outputs, expected, plan.isReordered ? REORDERED_TOLERANCE : 0)
          ? undefined
          : DIFFERENT;
    }
  }

  #refuse(entry: Entry, reason: string): void {
    this.#drop(entry);
    entry.state = { kind: 'refused', reason };
    this.#onRefused(reason);
  }

  #drop({ state }: Entry): void {
    if (this.#runtime.backend.isAbandoned) return;
    if (state.kind === 'refused') return;
    if (state.kind === 'proven') state.plan.dispose();
    state.draft.dispose();
  }
}

function recovered(first: () => Answer, recover: (error: unknown) => Answer): Answer {
  try {
    const answer = first();
    return answer instanceof Promise ? answer.catch(recover) : answer;
  } catch (error) {
    return recover(error);
  }
}

function andThen<A, B>(value: A | Promise<A>, then: (value: A) => B | Promise<B>): B | Promise<B> {
  return value instanceof Promise ? value.then(then) : then(value);
}
