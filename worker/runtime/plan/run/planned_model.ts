import type { NamedTensors } from '../../../model/tensor.ts';
import type { Runtime } from '../../backend/backend.ts';
import { OutOfMemoryError, type Pause, type PlanState } from '../../loaded_model.ts';
import { andThen, recovered, type ValueOrPromise } from '../../value_or_promise.ts';
import type { Computation, Recorded } from '../record/record_plan.ts';
import { RequestShape } from '../record/request_shape.ts';
import { CHANGED, type ProofOutcome, prove, UNPROVEN } from '../verify/proof.ts';
import { areWellScaled } from '../verify/well_scaled_inputs.ts';
import type { Plan, PlanResult } from './plan.ts';
import { runPlan } from './run_plan.ts';
import { type Demand, ShapeDemand } from './shape_demand.ts';
import { type Entry, type Recording, type Refused, recordingOf } from './shape_entry.ts';

/** Larger inputs are computed without a plan. An image of 512 x 512 x 3 floats has 3 MiB. Bytes. */
const MOST_PLANNED_BYTES = 4 * 1024 * 1024;
/** The most shapes for which a model has plans. */
const MOST_PLANS = 4;
/** After failures for this number of shapes, no further plans are tried for a model. */
const MOST_REFUSALS = 2;
/** The number of remembered shapes whose plan found no memory. */
const MOST_WITHOUT_MEMORY = 4;
/** The most attempts to prove a plan, each after twice as many requests of its shape. */
const MOST_ATTEMPTS = 10;

type Answer = ValueOrPromise<NamedTensors>;

const BROKE = 'the server broke the WebAssembly runtime when it tried to prove its plan';

export interface PlannedModelOptions {
  /** Identifies the model within the isolate, also after a reload. */
  readonly name: string | undefined;
  readonly onRefused: (reason: string) => void;
}

/** The models whose proofs broke the runtime. After a reload they would break it again. */
const breaking = new Set<string>();

/**
 * A model that is computed by plans if possible. The executor computes the first request of a shape and is recorded.
 * The next request proves the plan. From then on the plan answers.
 */
export class PlannedModel {
  readonly #runtime: Runtime;
  readonly #computation: Computation;
  readonly #options: PlannedModelOptions;
  /** Most recently used first. */
  readonly #entries: Entry[] = [];
  readonly #demand = new ShapeDemand();
  #isDisposed = false;

  constructor(runtime: Runtime, computation: Computation, options: PlannedModelOptions) {
    this.#runtime = runtime;
    this.#computation = computation;
    this.#options = options;
  }

  /**
   * Computes outputs, synchronously if possible. Throws or rejects with ExecutionError.
   *
   * @param pause called between the parts of a proof
   */
  execute(inputs: NamedTensors, outputs: readonly string[], pause?: Pause): Answer {
    const entry = this.#find(inputs, outputs);
    if (this.#runtime.backend.isAbandoned) return this.#compute(inputs, outputs);
    if (entry === undefined) return this.#begin(inputs, outputs);
    this.#demand.note(entry, this.#entries);
    switch (entry.state.kind) {
      case 'proven':
        return this.#answer(entry, entry.state.plan, inputs, outputs);
      case 'recorded':
        return this.#prove(entry, entry.state, inputs, outputs, pause);
      case 'refused':
        return this.#compute(inputs, outputs);
    }
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
    if (!this.#isWorthRecording(inputs, outputs)) return this.#compute(inputs, outputs);
    const shape = new RequestShape(inputs, outputs);
    const record = () =>
      andThen(this.#computation.record(inputs, outputs), (recorded) => {
        // During an asynchronous recording, another request may have finished first.
        if (this.#find(inputs, outputs) !== undefined || this.#isDisposed) this.#discard(recorded);
        else this.#add({ shape, asked: this.#demand.take(inputs, outputs) }, recorded);
        return recorded.values;
      });
    return this.#orWithoutArena(record, () => this.#computation.compute(inputs, outputs));
  }

  /** If memory is out, frees the arena and tries again. */
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

  #add(demand: Demand, { result }: Recorded): void {
    if (result.kind === 'obstacle') {
      const state: Refused = { kind: 'refused', reason: result.reason, forMemory: false };
      this.#entries.unshift({ ...demand, state });
      this.#options.onRefused(result.reason);
      return;
    }
    const plans = this.#plans();
    if (plans.length >= MOST_PLANS) {
      const least = plans.reduce((one, other) => (other.asked < one.asked ? other : one));
      this.#drop(least);
      this.#entries.splice(this.#entries.indexOf(least), 1);
    }
    this.#entries.unshift({ ...demand, state: recordingOf(result.draft) });
  }

  /** Returns the entries with a plan, or whose plan is in progress. */
  #plans(): Entry[] {
    return this.#entries.filter(({ state }) => state.kind !== 'refused');
  }

  /**
   * Not worth recording are shapes that are rarely requested, empty inputs, which take no time, and very large inputs,
   * whose proof would take several times the memory and time of a request.
   */
  #isWorthRecording(inputs: NamedTensors, outputs: readonly string[]): boolean {
    let bytes = 0;
    for (const { dtype, values } of inputs.values()) {
      if (values.length === 0) return false;
      bytes += dtype === 'string' ? values.length : values.byteLength;
    }
    if (bytes > MOST_PLANNED_BYTES) return false;
    const { name } = this.#options;
    if (name !== undefined && breaking.has(name)) return false;
    const refused = this.#entries.filter(({ state }) => state.kind === 'refused' && !state.forMemory);
    if (refused.length >= MOST_REFUSALS) return false;
    const plans = this.#plans();
    if (plans.length < MOST_PLANS) return true;
    const least = Math.min(...plans.map(({ asked }) => asked));
    return this.#demand.isWorthReplacing(inputs, outputs, least, this.#entries);
  }

  #answer(entry: Entry, plan: Plan, inputs: NamedTensors, outputs: readonly string[]): Answer {
    if (plan.isTransformed && !areWellScaled(inputs)) return this.#compute(inputs, outputs);
    let result: PlanResult;
    try {
      result = runPlan(plan, inputs);
    } catch (error) {
      return this.#againWithoutArena(error, () => this.#computation.compute(inputs, outputs));
    }
    if (result.kind === 'computed') return result.outputs;
    // Without memory for the arena, the executor may still have enough for one tensor at a time.
    if (result.kind === 'changed') this.#refuse(entry, { reason: CHANGED, forMemory: false });
    return this.#compute(inputs, outputs);
  }

  #prove(
    entry: Entry,
    state: Recording,
    inputs: NamedTensors,
    outputs: readonly string[],
    pause: Pause | undefined,
  ): Answer {
    const compute = () => this.#compute(inputs, outputs);
    const computed = recovered(compute, (error) => {
      // The memory of the recording may have been missing.
      if (!(error instanceof OutOfMemoryError) || entry.state !== state) throw error;
      const reason = 'there is not enough memory for the plan in addition to the normal execution';
      this.#refuse(entry, { reason, forMemory: true });
      return compute();
    });
    return andThen(computed, (values) => {
      if (this.#isOver(entry, state) || state.isUnderWay || ++state.requests < state.nextAttempt)
        return values;
      state.isUnderWay = true;
      state.attempts++;
      state.nextAttempt *= 2;
      const proof = prove(
        {
          runtime: this.#runtime,
          compute: (probe) => this.#compute(probe, outputs),
          // Only one shape's plan may have its own copies of weights, which would take too much memory for several.
          mayCopy: this.#entries.every(
            (other) => other.state.kind !== 'proven' || !other.state.plan.hasCopies,
          ),
          isOvertaken: () => this.#isOver(entry, state),
          pause,
        },
        state,
        inputs,
        values,
      );
      return andThen(proof, (outcome) => {
        state.isUnderWay = false;
        this.#conclude(entry, state, outcome);
        return values;
      });
    });
  }

  /** True if, during a computation, another shape replaced this one or the runtime broke. */
  #isOver(entry: Entry, state: Recording): boolean {
    return this.#runtime.backend.isAbandoned || entry.state !== state || !this.#entries.includes(entry);
  }

  #conclude(entry: Entry, state: Recording, outcome: ProofOutcome): void {
    switch (outcome.kind) {
      case 'proven':
        entry.state = { kind: 'proven', plan: outcome.plan, draft: state.draft };
        return;
      case 'unproven':
        if (state.attempts >= MOST_ATTEMPTS) this.#refuse(entry, { reason: UNPROVEN, forMemory: false });
        else if (state.attempts === 1) this.#options.onRefused(UNPROVEN);
        return;
      case 'refused':
        this.#refuse(entry, outcome);
        return;
      case 'broke':
        if (this.#options.name !== undefined) breaking.add(this.#options.name);
        this.#refuse(entry, { reason: BROKE, forMemory: false });
        return;
      case 'overtaken':
    }
  }

  #refuse(entry: Entry, { reason, forMemory }: Omit<Refused, 'kind'>): void {
    this.#drop(entry);
    entry.state = { kind: 'refused', reason, forMemory };
    this.#options.onRefused(reason);
    const isWithoutMemory = ({ state }: Entry) => state.kind === 'refused' && state.forMemory;
    for (const old of this.#entries.filter(isWithoutMemory).slice(MOST_WITHOUT_MEMORY))
      this.#entries.splice(this.#entries.indexOf(old), 1);
  }

  #drop({ state }: Entry): void {
    if (this.#runtime.backend.isAbandoned || state.kind === 'refused') return;
    if (state.kind === 'proven') state.plan.dispose();
    state.draft.dispose();
  }
}
