import type { PlanProof } from '../../../model/plan_proof.ts';
import type { NamedTensors } from '../../../model/tensor.ts';
import { type Runtime, takeRefusal } from '../../backend/backend.ts';
import { BrokenRuntimeError } from '../../backend/execution.ts';
import { ExecutionError, type Pause } from '../../loaded_model.ts';
import type { ValueOrPromise } from '../../value_or_promise.ts';
import type { Computation, PlanDraft } from '../record/record_plan.ts';
import { areEquivalent } from '../verify/output_equivalence.ts';
import { REORDERED_TOLERANCE } from '../verify/proof.ts';
import { isOfShape, probeOf, sampled } from '../verify/stored_proof.ts';
import type { Plan, PlanResult } from './plan.ts';
import { runPlan } from './run_plan.ts';
import type { Proven } from './shape_entry.ts';

/** The result of the check of a stored proof. */
export type StoredProofOutcome =
  | { readonly kind: 'used' }
  /** The plan of this isolate is another one, or the proof is damaged. The executor computes as without a proof. */
  | { readonly kind: 'refused'; readonly reason: string };

/** The proofs that a version was published with. Each is tried once. */
export class StoredPlans {
  readonly #runtime: Runtime;
  readonly #computation: Computation;
  readonly #untried: PlanProof[];
  readonly #onTried: (outcome: StoredProofOutcome) => void;

  constructor(
    runtime: Runtime,
    computation: Computation,
    proofs: readonly PlanProof[],
    onTried: (outcome: StoredProofOutcome) => void,
  ) {
    this.#runtime = runtime;
    this.#computation = computation;
    this.#untried = [...proofs];
    this.#onTried = onTried;
  }

  /** Returns the proof of a request's shape, and does not return it again. */
  take(inputs: NamedTensors, outputs: readonly string[]): PlanProof | undefined {
    const index = this.#untried.findIndex((proof) => isOfShape(proof, inputs, outputs));
    return index < 0 ? undefined : this.#untried.splice(index, 1)[0];
  }

  /**
   * Makes the plan of a proof without a computation by the executor, and lets it compute the probe of the proof: it must
   * return what the executor returned when the version was published.
   *
   * @param mayCopy true if memory for copies of weights is available
   * @param pause called between the parts, which makes the start asynchronous
   * @returns undefined if the plan does not answer
   * @throws BrokenRuntimeError
   */
  start(
    proof: PlanProof,
    inputs: NamedTensors,
    mayCopy: boolean,
    pause: Pause | undefined,
  ): ValueOrPromise<Proven | undefined> {
    const names = proof.outputs.map(({ name }) => name);
    const probe = probeOf(proof, inputs);
    if (probe === undefined) return this.#refuse('it is damaged');
    const outlined = this.#computation.outline?.(probe.inputs, names);
    if (outlined?.kind !== 'recording')
      return this.#refuse(outlined?.reason ?? 'its computation is asynchronous');
    const { draft } = outlined;
    const started = this.#make(proof, draft, mayCopy);
    if (started === undefined) return this.#refuse('there is no memory for its plan');
    const check = (): Proven | undefined => {
      if (this.#runtime.backend.isAbandoned) return undefined;
      if (this.#agrees(started.plan, probe)) {
        this.#onTried({ kind: 'used' });
        return started;
      }
      this.drop(started);
      return this.#refuse('its plan computed other values than the executor before the publish');
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
      return { kind: 'proven', plan, draft, agreed: undefined };
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
  #agrees(plan: Plan, probe: { readonly inputs: NamedTensors; readonly samples: NamedTensors }): boolean {
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
