import type { PlanProofs } from '../../model/plan_proof.ts';
import { runtimeDigest } from '../../runtime/kernels/runtime_digest.ts';
import type { Servable } from '../servables/servable.ts';

/** The proofs of the plans of each version in memory, as a rehearsal reads them. */
export interface PlanProofsDocument {
  readonly versions: readonly {
    readonly model: string;
    readonly version: string;
    readonly proofs: PlanProofs;
  }[];
}

export function planProofsDocument(servables: readonly Servable[]): PlanProofsDocument {
  const runtime = runtimeDigest();
  if (runtime === undefined) return { versions: [] };
  return {
    versions: servables.map((servable) => {
      const { model, version } = servable;
      return { model, version, proofs: { runtime, shapes: [...servable.planProofs()] } };
    }),
  };
}
