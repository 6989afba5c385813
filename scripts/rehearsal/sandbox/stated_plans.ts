import { createHash } from 'node:crypto';
import * as v from 'valibot';
import {
  MOST_PREPARED_BYTES,
  MOST_PROOFS,
  type PlanProofs,
  PlanProofsSchema,
} from '../../../worker/model/plan_proof.ts';

/** What a version can be published with, so that new isolates start its plans. */
export interface StatedPlans {
  readonly proofs: PlanProofs;
  /** The files of the prepared plans by their SHA-256. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const PlanSchema = v.pipe(
  v.string(),
  v.maxLength(4 * Math.ceil(MOST_PREPARED_BYTES / 3)),
  v.minLength(1),
  v.base64(),
);

/** The answer of `/monitoring/plans`: see worker/http/metrics/plans_document.ts. */
const DocumentSchema = v.object({
  versions: v.array(
    v.object({
      proofs: PlanProofsSchema,
      plans: v.optional(v.pipe(v.array(v.nullable(PlanSchema)), v.maxLength(MOST_PROOFS)), []),
    }),
  ),
});

/** Returns what an isolate states about the plans of its first version, or undefined if it states nothing. */
export function readStatedPlans(text: string): StatedPlans | undefined {
  const parsed = v.safeParse(DocumentSchema, JSON.parse(text));
  const [stated] = parsed.success ? parsed.output.versions : [];
  if (stated === undefined || stated.proofs.shapes.length === 0) return undefined;
  const files = new Map<string, Uint8Array>();
  const shapes = stated.proofs.shapes.map((proof, index) => {
    const digits = stated.plans[index];
    if (typeof digits !== 'string') return proof;
    const bytes = Buffer.from(digits, 'base64');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    files.set(sha256, bytes);
    return { ...proof, plan: { sha256, bytes: bytes.length } };
  });
  return { proofs: { ...stated.proofs, shapes }, files };
}
