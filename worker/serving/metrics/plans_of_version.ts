import { runtimeDigest } from '../../runtime/kernels/runtime_digest.ts';
import type { ProvenPlan } from '../../runtime/plan/prepared/proven_plan.ts';
import type { Servable } from '../servables/servable.ts';

/** The plans of a version in memory that were proven. */
export interface PlansOfVersion {
  readonly model: string;
  readonly version: string;
  /** The SHA-256 of the runtime, for which alone the proofs hold. */
  readonly runtime: string;
  readonly proven: readonly ProvenPlan[];
}

/** Returns nothing in a build that does not state its runtime. */
export function plansOfVersions(servables: readonly Servable[]): PlansOfVersion[] {
  const runtime = runtimeDigest();
  if (runtime === undefined) return [];
  return servables.map((servable) => {
    const { model, version } = servable;
    return { model, version, runtime, proven: servable.planProofs() };
  });
}
