import type { ProvenPlan } from '../prepared/proven_plan.ts';
import type { PlanDraft } from '../record/record_plan.ts';
import { Evidence } from '../verify/evidence.ts';
import type { Provable } from '../verify/proof.ts';
import type { Plan } from './plan.ts';
import type { Demand } from './shape_demand.ts';

/** A recording whose plan is not proven yet. */
export interface Recording extends Provable {
  readonly kind: 'recorded';
  /** The requests of the shape so far, and the number of the request with which the next attempt is made. */
  requests: number;
  nextAttempt: number;
  attempts: number;
  isUnderWay: boolean;
}

/** A shape that has no plan. */
export interface Refused {
  readonly kind: 'refused';
  readonly reason: string;
  readonly forMemory: boolean;
}

/** A shape whose plan answers. */
export interface Proven {
  readonly kind: 'proven';
  readonly plan: Plan;
  readonly draft: Pick<PlanDraft, 'dispose'>;
  /** Returns what a new isolate can start the same plan with. Absent if there is no probe for that. */
  readonly store?: () => ProvenPlan;
}

/** A shape of requests, and how it is computed. */
export interface Entry extends Demand {
  state: /** It answers nothing until it is proven. */ Recording | Proven | Refused;
}

/** A recording that no request has tried to prove. */
export function recordingOf(draft: PlanDraft): Recording {
  return {
    kind: 'recorded',
    draft,
    mayReorder: true,
    evidence: new Evidence(),
    requests: 0,
    nextAttempt: 1,
    attempts: 0,
    isUnderWay: false,
  };
}
