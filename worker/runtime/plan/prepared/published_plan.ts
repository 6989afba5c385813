import type { PlanProof } from '../../../model/plan_proof.ts';
import type { PlanFile } from './plan_file.ts';

/** What a version was published with for one shape of requests. */
export interface PublishedPlan {
  readonly proof: PlanProof;
  /** The prepared plan, if it could be read. Its calls are checked when it is placed in memory. */
  readonly file?: PlanFile | undefined;
}
