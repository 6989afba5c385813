import type { NamedTensors } from '../../../model/tensor.ts';
import type { Runtime } from '../../backend/backend.ts';
import { BrokenRuntimeError } from '../../backend/execution.ts';
import { OutOfMemoryError, type Pause, type PlanState } from '../../loaded_model.ts';
import { andThen, recovered, type ValueOrPromise } from '../../value_or_promise.ts';
import type { LoadedWeights } from '../prepared/loaded_weights.ts';
import type { ProvenPlan } from '../prepared/proven_plan.ts';
import type { PublishedPlan } from '../prepared/published_plan.ts';
import type { Computation, PlanDraft, Recorded } from '../record/record_plan.ts';
import { RequestShape } from '../record/request_shape.ts';
import { CHANGED, type ProofOutcome, prove, UNPROVEN } from '../verify/proof.ts';
import { areWellScaled } from '../verify/well_scaled_inputs.ts';
import type { Plan, PlanResult } from './plan.ts';
import { areWorthPlanning } from './planned_inputs.ts';
import { runPlan } from './run_plan.ts';
import { type Demand, ShapeDemand } from './shape_demand.ts';
import { type Entry, type Proven, type Recording, type Refused, recordingOf } from './shape_entry.ts';
import { MOST_PLANS, ShapeTable } from './shape_table.ts';
import { StoredPlans, type StoredProofOutcome, storedPlan } from './stored_plans.ts';

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
  readonly onStoredProof: (outcome: StoredProofOutcome) => void;
}

/** The models whose proofs broke the runtime. After a reload they would break it again. */
const breaking = new Set<string>();

/**
 * A model that is computed by plans if possible. The executor computes the first request of a shape and is recorded.
 * The next request proves the plan. From then on the plan answers. A plan with a stored proof answers from the first request
 * on.
 */
export class PlannedModel {
  readonly #runtime: Runtime;
  readonly #computation: Computation;
  readonly #weights: LoadedWeights;
  readonly #options: PlannedModelOptions;
  readonly #stored: StoredPlans;
  readonly #shapes: ShapeTable;
  readonly #demand = new ShapeDemand();
  #isDisposed = false;

  /** @param published the plans that the version was published with. Each is let go once it was tried */
  constructor(
    runtime: Runtime,
    computation: Computation,
    weights: LoadedWeights,
    options: PlannedModelOptions,
    published: readonly PublishedPlan[],
  ) {
    this.#runtime = runtime;
    this.#computation = computation;
    this.#weights = weights;
    this.#options = options;
    this.#shapes = new ShapeTable(() => runtime.backend.isAbandoned);
    this.#stored = new StoredPlans(runtime, computation, weights, published, options.onStoredProof);
  }

  /**
   * Computes outputs, synchronously if possible. Throws or rejects with ExecutionError.
   *
   * @param pause called between the parts of a proof
   */
  execute(inputs: NamedTensors, outputs: readonly string[], pause?: Pause): Answer {
    const entry = this.#shapes.find(inputs, outputs);
    if (this.#runtime.backend.isAbandoned) return this.#compute(inputs, outputs);
    if (entry === undefined) return this.#begin(inputs, outputs, pause);
    this.#demand.note(entry, this.#shapes.all);
    switch (entry.state.kind) {
      case 'proven':
        return this.#answer(entry, entry.state.plan, inputs, outputs);
      case 'recorded':
        return this.#prove(entry, entry.state, inputs, outputs, pause);
      case 'refused':
        return this.#compute(inputs, outputs);
    }
  }

  /**
   * Does for the first request of a shape what it need not do itself: proves the stored plan, or computes with these values.
   *
   * @returns the outputs, if they were computed
   */
  prepare(
    inputs: NamedTensors,
    outputs: readonly string[],
    pause?: Pause,
  ): ValueOrPromise<NamedTensors | undefined> {
    const isNew = this.#shapes.find(inputs, outputs) === undefined && this.#isWorthRecording(inputs, outputs);
    return andThen<unknown, NamedTensors | undefined>(isNew && this.#start(inputs, outputs, pause), () =>
      this.#shapes.find(inputs, outputs)?.state.kind === 'proven'
        ? undefined
        : this.execute(inputs, outputs, pause),
    );
  }

  /** Returns the proofs of the plans that answer, for new isolates. */
  proofs(): ProvenPlan[] {
    return this.#computation.outline === undefined ? [] : this.#shapes.proofs();
  }

  state(): PlanState {
    return this.#shapes.state();
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#shapes.clear();
  }

  #compute(inputs: NamedTensors, outputs: readonly string[]): Answer {
    return this.#orWithoutArena(
      () => this.#computation.compute(inputs, outputs),
      () => this.#computation.compute(inputs, outputs),
    );
  }

  #begin(inputs: NamedTensors, outputs: readonly string[], pause: Pause | undefined): Answer {
    if (!this.#isWorthRecording(inputs, outputs)) return this.#compute(inputs, outputs);
    return andThen(this.#start(inputs, outputs, pause), (isTried) =>
      isTried ? this.execute(inputs, outputs, pause) : this.#record(inputs, outputs),
    );
  }

  /**
   * Adds the plan of a stored proof, if there is one of this shape and the plan agrees with it.
   *
   * @returns false if no proof was tried
   */
  #start(
    inputs: NamedTensors,
    outputs: readonly string[],
    pause: Pause | undefined,
  ): ValueOrPromise<boolean> {
    const proof = this.#stored.take(inputs, outputs);
    if (proof === undefined) return false;
    const started = recovered(
      () => this.#stored.start(proof, inputs, this.#shapes.mayCopy(), pause),
      (error) => {
        const { name } = this.#options;
        if (error instanceof BrokenRuntimeError && name !== undefined) breaking.add(name);
        throw error;
      },
    );
    return andThen(started, (plan) => {
      if (plan === undefined) return true;
      // During a pause, another request may have recorded the shape.
      if (this.#isDisposed || this.#shapes.find(inputs, outputs) !== undefined) this.#stored.drop(plan);
      else this.#shapes.add({ ...this.#demanded(inputs, outputs), state: plan });
      return true;
    });
  }

  #record(inputs: NamedTensors, outputs: readonly string[]): Answer {
    const record = () =>
      andThen(this.#computation.record(inputs, outputs), (recorded) => {
        // During an asynchronous recording, another request may have finished first.
        if (this.#shapes.find(inputs, outputs) !== undefined || this.#isDisposed) this.#discard(recorded);
        else this.#add(this.#demanded(inputs, outputs), recorded);
        return recorded.values;
      });
    return this.#orWithoutArena(record, () => this.#computation.compute(inputs, outputs));
  }

  #demanded(inputs: NamedTensors, outputs: readonly string[]): Demand {
    return { shape: new RequestShape(inputs, outputs), asked: this.#demand.take(inputs, outputs) };
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
      this.#shapes.add({ ...demand, state });
      this.#options.onRefused(result.reason);
      return;
    }
    this.#shapes.add({ ...demand, state: recordingOf(result.draft) });
  }

  /** Not worth recording are shapes that are rarely requested, and some inputs. */
  #isWorthRecording(inputs: NamedTensors, outputs: readonly string[]): boolean {
    if (!areWorthPlanning(inputs)) return false;
    const { name } = this.#options;
    if (name !== undefined && breaking.has(name)) return false;
    const refused = this.#shapes.all.filter(({ state }) => state.kind === 'refused' && !state.forMemory);
    if (refused.length >= MOST_REFUSALS) return false;
    const plans = this.#shapes.plans();
    if (plans.length < MOST_PLANS) return true;
    const least = Math.min(...plans.map(({ asked }) => asked));
    return this.#demand.isWorthReplacing(inputs, outputs, least, this.#shapes.all);
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
          mayCopy: this.#shapes.mayCopy(),
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
    return this.#runtime.backend.isAbandoned || entry.state !== state || !this.#shapes.all.includes(entry);
  }

  #conclude(entry: Entry, state: Recording, outcome: ProofOutcome): void {
    switch (outcome.kind) {
      case 'proven':
        entry.state = this.#proven(state.draft, outcome);
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

  #proven(draft: PlanDraft, { plan, agreed }: Extract<ProofOutcome, { readonly kind: 'proven' }>): Proven {
    if (agreed === undefined) return { kind: 'proven', plan, draft };
    const store = () => storedPlan(draft, agreed, this.#weights);
    return { kind: 'proven', plan, draft, store };
  }

  #refuse(entry: Entry, { reason, forMemory }: Omit<Refused, 'kind'>): void {
    this.#shapes.replace(entry, { kind: 'refused', reason, forMemory });
    this.#options.onRefused(reason);
    this.#shapes.limit(MOST_WITHOUT_MEMORY, ({ state }) => state.kind === 'refused' && state.forMemory);
  }
}
