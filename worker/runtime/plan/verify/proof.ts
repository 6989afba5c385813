import type { NamedTensors } from '../../../model/tensor.ts';
import { type Runtime, takeRefusal } from '../../backend/backend.ts';
import { BrokenRuntimeError } from '../../backend/execution.ts';
import { ExecutionError, type Pause } from '../../loaded_model.ts';
import { andThen, settled, type ValueOrPromise } from '../../value_or_promise.ts';
import type { Liberties } from '../compile/compile_plan.ts';
import type { PlanDraft } from '../record/record_plan.ts';
import type { Plan, PlanResult } from '../run/plan.ts';
import { runPlan } from '../run/run_plan.ts';
import { Evidence } from './evidence.ts';
import { areEquivalent } from './output_equivalence.ts';
import { hasFloats, probesLike, REORDERED_PROBES } from './probe_inputs.ts';
import { type AgreedProbe, isStorable } from './stored_proof.ts';
import { areWellScaled } from './well_scaled_inputs.ts';

/** The tolerance for sums in another order: see output_equivalence.ts. */
export const REORDERED_TOLERANCE = 1e-4;

export const CHANGED = 'the shape of what a kernel answers depends on values';
export const UNPROVEN = 'no values were found whose answers differ enough to prove its plan';
const DIFFERENT = 'its plan computed other values than the executor';
const NOT_RUN = 'its plan could not be run';

/** The subject of a proof, with the results of earlier attempts. */
export interface Provable {
  readonly draft: PlanDraft;
  /** False once a plan with another order of sums has failed. */
  mayReorder: boolean;
  /**
   * The evidence for the plan in the executor's order. A plan with another order is proven by the server's probes each
   * time.
   */
  readonly evidence: Evidence;
}

export type ProofOutcome =
  /** The probe is what a new isolate can check the plan with, if one of them is storable. */
  | { readonly kind: 'proven'; readonly plan: Plan; readonly agreed: AgreedProbe | undefined }
  /** All answers agreed but are too little evidence. */
  | { readonly kind: 'unproven' }
  | { readonly kind: 'refused'; readonly reason: string; readonly forMemory: boolean }
  /** A computation of a probe broke the runtime. */
  | { readonly kind: 'broke' }
  | Overtaken;

/** Another request finished the proof meanwhile, or the model is not there any more. */
interface Overtaken {
  readonly kind: 'overtaken';
}

export interface ProofContext {
  readonly runtime: Runtime;
  /** Computes with the executor. */
  readonly compute: (inputs: NamedTensors) => ValueOrPromise<NamedTensors>;
  /** True if memory for copies of weights is available. */
  readonly mayCopy: boolean;
  readonly isOvertaken: () => boolean;
  /** Called between the parts of the proof, each of which computes the model about once. */
  readonly pause: Pause | undefined;
}

/**
 * Proves a plan: it must compute the same as the executor for the present request and for probe inputs of the server.
 * No client chooses the probes, so that no client can get a wrong plan accepted. A plan with another order of sums that
 * fails is replaced by one in the executor's order.
 *
 * @param expected the executor's outputs for `inputs`
 */
export function prove(
  context: ProofContext,
  subject: Provable,
  inputs: NamedTensors,
  expected: NamedTensors,
): ValueOrPromise<ProofOutcome> {
  return andThen(context.pause?.(), () =>
    context.isOvertaken() ? { kind: 'overtaken' } : tryPlan(context, subject, inputs, expected),
  );
}

function tryPlan(
  context: ProofContext,
  subject: Provable,
  inputs: NamedTensors,
  expected: NamedTensors,
): ValueOrPromise<ProofOutcome> {
  const trial = new Trial(context, subject);
  const probes = probesLike(inputs);
  const isFloat = hasFloats(inputs);
  const from = (index: number): ValueOrPromise<ProofOutcome> => {
    const probe = probes[index];
    if (trial.isProven(index)) return { kind: 'proven', plan: trial.plan, agreed: trial.agreed };
    if (probe === undefined) return trial.end({ kind: 'unproven' });
    const values = probe();
    return andThen(
      trial.afterPause(() => settled(() => context.compute(values))),
      (computed) => {
        if (computed.kind === 'overtaken') return computed;
        if (computed.kind === 'thrown') {
          if (computed.error instanceof BrokenRuntimeError) return { kind: 'broke' };
          // The model need not accept the values of a probe.
          if (computed.error instanceof ExecutionError && !context.isOvertaken()) return from(index + 1);
          trial.end({ kind: 'overtaken' });
          if (computed.error instanceof ExecutionError) return { kind: 'overtaken' };
          throw computed.error;
        }
        if (context.isOvertaken()) return trial.end({ kind: 'overtaken' });
        return andThen(trial.check(values, computed.value, true), (found) => {
          if (found !== 'agrees') return next(context, subject, found, inputs, expected);
          trial.keep(isFloat ? index : index + 1, inputs, values, computed.value);
          return from(index + 1);
        });
      },
    );
  };
  return andThen(trial.check(inputs, expected, !isFloat), (verdict) => {
    if (verdict !== 'agrees') return next(context, subject, verdict, inputs, expected);
    if (!isFloat) trial.keep(0, inputs, inputs, expected);
    return from(0);
  });
}

type Verdict = 'agrees' | 'reordered' | Exclude<ProofOutcome, { kind: 'proven' | 'unproven' }>;

function next(
  context: ProofContext,
  subject: Provable,
  verdict: Exclude<Verdict, 'agrees'>,
  inputs: NamedTensors,
  expected: NamedTensors,
): ValueOrPromise<ProofOutcome> {
  if (verdict !== 'reordered') return verdict;
  // Another order of a canceling sum may have another result.
  subject.mayReorder = false;
  return prove(context, subject, inputs, expected);
}

/** The trial of one plan. */
class Trial {
  readonly plan: Plan;
  /** The first probe that can be stored. */
  agreed: AgreedProbe | undefined;
  readonly #context: ProofContext;
  readonly #evidence: Evidence;
  readonly #liberties: Liberties;

  constructor(context: ProofContext, { draft, mayReorder, evidence }: Provable) {
    this.#context = context;
    this.#liberties = { mayCopy: context.mayCopy && mayReorder, mayReorder };
    this.plan = draft.create(this.#liberties);
    // The plan omits copies for which memory was refused. That is no failure of the next computation.
    takeRefusal();
    this.#evidence = this.plan.isReordered ? new Evidence() : evidence;
  }

  isProven(probes: number): boolean {
    if (this.plan.isReordered && probes < REORDERED_PROBES) return false;
    return this.#evidence.isEnough(this.plan.computedOutputs);
  }

  /**
   * Keeps a probe for which the plan agreed with the executor.
   *
   * @param number of the probe: see storedProbesLike
   */
  keep(number: number, like: NamedTensors, probe: NamedTensors, computed: NamedTensors): void {
    const agreed = { probe: number, inputs: like, outputs: computed, liberties: this.#liberties };
    // Others are not compared.
    if (this.agreed === undefined && areWellScaled(probe) && isStorable(agreed)) this.agreed = agreed;
  }

  /** Runs a part of the proof after a pause, unless it was overtaken meanwhile, which ends the trial. */
  afterPause<Result>(part: () => ValueOrPromise<Result>): ValueOrPromise<Result | Overtaken> {
    const { pause, isOvertaken } = this.#context;
    if (pause === undefined) return part();
    return pause().then(
      () => (isOvertaken() ? this.end({ kind: 'overtaken' } as const) : part()),
      (error) => {
        this.end(undefined);
        throw error;
      },
    );
  }

  /**
   * Computes with the plan, after a pause, and compares. A difference ends the trial.
   *
   * @param counts true if an agreement is evidence
   */
  check(inputs: NamedTensors, expected: NamedTensors, counts: boolean): ValueOrPromise<Verdict> {
    return this.afterPause(() => this.#compare(inputs, expected, counts));
  }

  #compare(inputs: NamedTensors, expected: NamedTensors, counts: boolean): Verdict {
    const { isReordered } = this.plan;
    // Such inputs may overflow or vanish in one order but not in another, and neither order is wrong.
    if (isReordered && !areWellScaled(inputs)) return 'agrees';
    let result: PlanResult;
    try {
      result = runPlan(this.plan, inputs);
    } catch (error) {
      if (error instanceof BrokenRuntimeError) return { kind: 'broke' };
      const refused = this.end({ kind: 'refused', reason: NOT_RUN, forMemory: false } as const);
      if (error instanceof ExecutionError) return refused;
      throw error;
    }
    switch (result.kind) {
      case 'changed':
        return this.end({ kind: 'refused', reason: CHANGED, forMemory: false });
      case 'no memory':
        return this.end({ kind: 'refused', reason: 'there is no memory for its arena', forMemory: true });
      case 'outside':
        // A probe outside of what the plan covers speaks against the plan, but a request only against itself.
        return counts ? this.end('reordered') : 'agrees';
      case 'computed': {
        if (areEquivalent(result.outputs, expected, isReordered ? REORDERED_TOLERANCE : 0)) {
          if (counts) this.#evidence.add(expected);
          return 'agrees';
        }
        if (isReordered) return this.end('reordered');
        return this.end({ kind: 'refused', reason: DIFFERENT, forMemory: false });
      }
    }
  }

  /** Disposes of the plan. */
  end<Result>(result: Result): Result {
    if (!this.#context.runtime.backend.isAbandoned) this.plan.dispose();
    return result;
  }
}
