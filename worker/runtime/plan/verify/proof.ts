import type { NamedTensors } from '../../../model/tensor.ts';
import { type Runtime, takeRefusal } from '../../backend/backend.ts';
import { BrokenRuntimeError, execute } from '../../backend/execution.ts';
import { ExecutionError } from '../../loaded_model.ts';
import { andThen, settled, type ValueOrPromise } from '../../value_or_promise.ts';
import type { PlanDraft } from '../record/record_plan.ts';
import type { Plan, PlanResult } from '../run/plan.ts';
import { Evidence } from './evidence.ts';
import { areEquivalent } from './output_equivalence.ts';
import { hasFloats, probesLike, REORDERED_PROBES } from './probe_inputs.ts';
import { areWellScaled } from './well_scaled_inputs.ts';

/** How far sums in another order may be off; see output_equivalence.ts. */
const REORDERED_TOLERANCE = 1e-4;

export const CHANGED = 'the shape of what a kernel answers depends on values';
export const UNPROVEN = 'no values were found whose answers differ enough to prove its plan';
const DIFFERENT = 'its plan computed other values than the executor';
const NOT_RUN = 'its plan could not be run';

/** What is to be proven, and what earlier attempts have shown. */
export interface Provable {
  readonly draft: PlanDraft;
  /** Whether a plan in another order was not found out yet. */
  mayReorder: boolean;
  /** Of the plan as the executor has it; the server's probes prove one in another order anew. */
  readonly evidence: Evidence;
}

export type ProofOutcome =
  | { readonly kind: 'proven'; readonly plan: Plan }
  /** What was computed agreed and says too little. */
  | { readonly kind: 'unproven' }
  | { readonly kind: 'refused'; readonly reason: string; readonly forMemory: boolean }
  /** A computation with values of the server's own broke the runtime. */
  | { readonly kind: 'broke' }
  /** Another request came to a conclusion meanwhile. */
  | { readonly kind: 'overtaken' };

export interface ProofContext {
  readonly runtime: Runtime;
  /** By the executor. */
  readonly compute: (inputs: NamedTensors) => ValueOrPromise<NamedTensors>;
  /** Whether there is room for copies of weights. */
  readonly mayCopy: boolean;
  readonly isOvertaken: () => boolean;
}

/**
 * Proves a plan: it has to compute what the executor does, for the request at hand and for values of the server's own.
 * No client chooses these, so no client can have a wrong plan taken for a right one. A plan whose sums are in another
 * order and that is off somewhere is replaced by one in the executor's order.
 *
 * @param expected what the executor answered to `inputs`
 */
export function prove(
  context: ProofContext,
  subject: Provable,
  inputs: NamedTensors,
  expected: NamedTensors,
): ValueOrPromise<ProofOutcome> {
  const trial = new Trial(context, subject);
  const verdict = trial.check(inputs, expected, !hasFloats(inputs));
  if (verdict !== 'agrees') return next(context, subject, verdict, inputs, expected);
  const probes = probesLike(inputs);
  const from = (index: number): ValueOrPromise<ProofOutcome> => {
    const probe = probes[index];
    if (trial.isProven(index)) return { kind: 'proven', plan: trial.plan };
    if (probe === undefined) return trial.end({ kind: 'unproven' });
    const values = probe();
    return andThen(
      settled(() => context.compute(values)),
      (computed) => {
        if (computed.kind === 'thrown') {
          if (computed.error instanceof BrokenRuntimeError) return { kind: 'broke' };
          // The model need not take values that nobody has asked for.
          if (computed.error instanceof ExecutionError && !context.isOvertaken()) return from(index + 1);
          trial.end({ kind: 'overtaken' });
          if (computed.error instanceof ExecutionError) return { kind: 'overtaken' };
          throw computed.error;
        }
        if (context.isOvertaken()) return trial.end({ kind: 'overtaken' });
        const found = trial.check(values, computed.value, true);
        return found === 'agrees' ? from(index + 1) : next(context, subject, found, inputs, expected);
      },
    );
  };
  return from(0);
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
  // Of a sum that cancels, another order may leave something else.
  subject.mayReorder = false;
  return prove(context, subject, inputs, expected);
}

/** One plan that is tried. */
class Trial {
  readonly plan: Plan;
  readonly #context: ProofContext;
  readonly #evidence: Evidence;

  constructor(context: ProofContext, { draft, mayReorder, evidence }: Provable) {
    this.#context = context;
    this.plan = draft.create({ mayCopy: context.mayCopy && mayReorder, mayReorder });
    this.#evidence = this.plan.isReordered ? new Evidence() : evidence;
  }

  isProven(probes: number): boolean {
    if (this.plan.isReordered && probes < REORDERED_PROBES) return false;
    return this.#evidence.isEnough(this.plan.computedOutputs);
  }

  /**
   * Computes with the plan and compares. What does not agree ends the trial.
   *
   * @param counts whether it is evidence if it agrees
   */
  check(inputs: NamedTensors, expected: NamedTensors, counts: boolean): Verdict {
    const { isReordered } = this.plan;
    // They overflow, or spread, in one order and not in another: no order is wrong for that.
    if (isReordered && !areWellScaled(inputs)) return 'agrees';
    // It does without what it got no memory for.
    takeRefusal();
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

  /** Gives the plan up. */
  end<Result>(result: Result): Result {
    if (!this.#context.runtime.backend.isAbandoned) this.plan.dispose();
    return result;
  }
}

/** @throws ExecutionError */
export function runPlan(plan: Plan, inputs: NamedTensors): PlanResult {
  return execute(() => {
    const result = plan.run(inputs);
    if (result.kind === 'no memory') takeRefusal();
    return result;
  });
}
