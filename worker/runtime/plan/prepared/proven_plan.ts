import type { PlanProof } from '../../../model/plan_proof.ts';

/** What a new isolate starts a plan with that answers. */
export interface ProvenPlan {
  readonly proof: PlanProof;
  /** The file of the prepared plan. Without it, an isolate makes the plan of the model. */
  readonly prepared?: Uint8Array | undefined;
}
