import { MOST_PREPARED_BYTES, type PlanProof } from '../../../model/plan_proof.ts';
import type { NamedTensors } from '../../../model/tensor.ts';
import { type Runtime, takeRefusal } from '../../backend/backend.ts';
import { BrokenRuntimeError, execute } from '../../backend/execution.ts';
import { ExecutionError, type Pause } from '../../loaded_model.ts';
import { andThen, type ValueOrPromise } from '../../value_or_promise.ts';
import type { LoadedWeights } from '../prepared/loaded_weights.ts';
import { placePlan } from '../prepared/place_plan.ts';
import type { PlanFile } from '../prepared/plan_file.ts';
import type { ProvenPlan } from '../prepared/proven_plan.ts';
import type { PublishedPlan } from '../prepared/published_plan.ts';
import type { Computation, PlanDraft } from '../record/record_plan.ts';
import { areEquivalent } from '../verify/output_equivalence.ts';
import { REORDERED_TOLERANCE } from '../verify/proof.ts';
import {
  type AgreedProbe,
  isOfShape,
  probeOf,
  proofOf,
  type StoredProbe,
  sampled,
} from '../verify/stored_proof.ts';
import { Plan, type PlanResult } from './plan.ts';
import { runPlan } from './run_plan.ts';
import type { Proven } from './shape_entry.ts';

/** The result of the check of a stored proof. */
export type StoredProofOutcome =
  /** The prepared plan answers. */
  | { readonly kind: 'prepared' }
  /** The prepared plan does not fit this isolate, or is damaged. The plan is made of the model. */
  | { readonly kind: 'not prepared'; readonly reason: string }
  /** A plan that was made of the model answers. */
  | { readonly kind: 'used' }
  /** The plan of this isolate is another one, or the proof is damaged. The executor computes as without a proof. */
  | { readonly kind: 'refused'; readonly reason: string };

const OTHER_VALUES = 'its plan computed other values than the executor before the publish';

/** The proofs that a version was published with. Each is tried once. */
export class StoredPlans {
  readonly #runtime: Runtime;
  readonly #computation: Computation;
  readonly #weights: LoadedWeights;
  readonly #untried: PublishedPlan[];
  readonly #onTried: (outcome: StoredProofOutcome) => void;

  constructor(
    runtime: Runtime,
    computation: Computation,
    weights: LoadedWeights,
    published: readonly PublishedPlan[],
    onTried: (outcome: StoredProofOutcome) => void,
  ) {
    this.#runtime = runtime;
    this.#computation = computation;
    this.#weights = weights;
    this.#untried = [...published];
    this.#onTried = onTried;
  }

  /** Returns the proof of a request's shape, and does not return it again. */
  take(inputs: NamedTensors, outputs: readonly string[]): PublishedPlan | undefined {
    const index = this.#untried.findIndex(({ proof }) => isOfShape(proof, inputs, outputs));
    return index < 0 ? undefined : this.#untried.splice(index, 1)[0];
  }

  /**
   * Starts the plan of a proof without a computation by the executor: the prepared one, or one that is made of the model. It
   * computes the probe of the proof, and must return what the executor returned when the version was published.
   *
   * @param mayCopy true if memory for copies of weights is available
   * @param pause called between the parts, which makes the start asynchronous
   * @returns undefined if the plan does not answer
   * @throws BrokenRuntimeError
   */
  start(
    { proof, file }: PublishedPlan,
    inputs: NamedTensors,
    mayCopy: boolean,
    pause: Pause | undefined,
  ): ValueOrPromise<Proven | undefined> {
    const probe = probeOf(proof, inputs);
    if (probe === undefined) return this.#refuse('it is damaged');
    const placed = file && this.#place(file, probe.inputs, mayCopy);
    const checked = placed && this.#checked(placed, probe, pause);
    return andThen(checked, (plan) => {
      if (plan !== undefined) {
        this.#onTried({ kind: 'prepared' });
        return plan;
      }
      if (this.#runtime.backend.isAbandoned) return undefined;
      if (placed !== undefined) this.#onTried({ kind: 'not prepared', reason: OTHER_VALUES });
      return this.#outline(proof, probe, mayCopy, pause);
    });
  }

  /** Places a prepared plan. Its memory and its calls are checked first: see place_plan.ts. */
  #place(file: PlanFile, inputs: NamedTensors, mayCopy: boolean): Proven | undefined {
    const { kernels, arena, backend } = this.#runtime;
    try {
      return execute(() => {
        if (file.plan.hasCopies && !mayCopy)
          throw new Error('the plan of another shape has copies of weights already');
        const compiled = placePlan({ ...kernels, backend }, file, this.#weights, inputs);
        try {
          const plan = new Plan({ ...kernels, backend, arena }, compiled);
          return { kind: 'proven', plan, draft: { dispose: () => undefined } };
        } catch (error) {
          compiled.dispose();
          throw error;
        }
      });
    } catch (error) {
      if (!(error instanceof ExecutionError) || error instanceof BrokenRuntimeError) throw error;
      this.#onTried({ kind: 'not prepared', reason: error.message });
      return undefined;
    }
  }

  #outline(
    proof: PlanProof,
    probe: StoredProbe,
    mayCopy: boolean,
    pause: Pause | undefined,
  ): ValueOrPromise<Proven | undefined> {
    const names = proof.outputs.map(({ name }) => name);
    const outlined = this.#computation.outline?.(probe.inputs, names);
    if (outlined?.kind !== 'recording')
      return this.#refuse(outlined?.reason ?? 'its computation is asynchronous');
    const started = this.#make(proof, outlined.draft, mayCopy);
    if (started === undefined) return this.#refuse('there is no memory for its plan');
    return andThen(this.#checked(started, probe, pause), (plan) => {
      if (plan !== undefined) this.#onTried({ kind: 'used' });
      else if (!this.#runtime.backend.isAbandoned) this.#refuse(OTHER_VALUES);
      return plan;
    });
  }

  /** Returns a plan if it computes the probe as the executor did, and frees it otherwise. */
  #checked(
    started: Proven,
    probe: StoredProbe,
    pause: Pause | undefined,
  ): ValueOrPromise<Proven | undefined> {
    const check = (): Proven | undefined => {
      if (this.#runtime.backend.isAbandoned) return undefined;
      if (this.#agrees(started.plan, probe)) return started;
      this.drop(started);
      return undefined;
    };
    if (pause === undefined) return check();
    return pause().then(check, (error) => {
      this.drop(started);
      throw error;
    });
  }

  /** @returns undefined if memory is out */
  #make(proof: PlanProof, draft: PlanDraft, mayCopy: boolean): Proven | undefined {
    try {
      const plan = draft.create({ mayCopy: mayCopy && proof.mayCopy, mayReorder: proof.mayReorder });
      return { kind: 'proven', plan, draft };
    } catch (error) {
      // After a trap, nothing may be freed.
      if (error instanceof WebAssembly.RuntimeError) throw error;
      draft.dispose();
      return undefined;
    } finally {
      // The plan omits copies for which memory was refused. That is no failure of the next computation.
      takeRefusal();
    }
  }

  /** Frees a plan that is not used. */
  drop({ plan, draft }: Proven): void {
    if (this.#runtime.backend.isAbandoned) return;
    plan.dispose();
    draft.dispose();
  }

  /** Sums may be rounded differently on another processor, so that even the same plan may differ in the last digits. */
  #agrees(plan: Plan, probe: StoredProbe): boolean {
    let result: PlanResult;
    try {
      result = runPlan(plan, probe.inputs);
    } catch (error) {
      if (!(error instanceof ExecutionError) || error instanceof BrokenRuntimeError) throw error;
      return false;
    }
    if (result.kind !== 'computed') return false;
    return areEquivalent(sampled(result.outputs), probe.samples, REORDERED_TOLERANCE);
  }

  #refuse(reason: string): undefined {
    this.#onTried({ kind: 'refused', reason });
  }
}

/** Describes a plan that agreed with the executor for new isolates. */
export function storedPlan(draft: PlanDraft, agreed: AgreedProbe, weights: LoadedWeights): ProvenPlan {
  const proof = proofOf(agreed);
  try {
    const prepared = draft.prepare(agreed.liberties, weights);
    return prepared !== undefined && prepared.length <= MOST_PREPARED_BYTES ? { proof, prepared } : { proof };
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw error;
    return { proof };
  } finally {
    takeRefusal();
  }
}
