import type { PlanProofs } from '../../model/plan_proof.ts';
import type { PlansOfVersion } from '../../serving/metrics/plans_of_version.ts';
import { encodeBase64 } from '../json/base64.ts';

/** What a rehearsal reads to publish a version with its plans: see scripts/rehearsal/sandbox/stated_plans.ts. */
export interface PlansDocument {
  readonly versions: readonly {
    readonly model: string;
    readonly version: string;
    readonly proofs: PlanProofs;
    /** The file of the prepared plan of each proof in base64, or null if it was not prepared. */
    readonly plans: readonly (string | null)[];
  }[];
}

export function plansDocument(versions: readonly PlansOfVersion[]): PlansDocument {
  return {
    versions: versions.map(({ model, version, runtime, proven }) => ({
      model,
      version,
      proofs: { runtime, shapes: proven.map(({ proof }) => proof) },
      plans: proven.map(({ prepared }) => (prepared === undefined ? null : encodeBase64(prepared))),
    })),
  };
}
