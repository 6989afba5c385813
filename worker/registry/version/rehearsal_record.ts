import * as v from 'valibot';
import { PlanProofsSchema } from '../../model/plan_proof.ts';

const MillisecondsSchema = v.pipe(v.number(), v.minValue(0));
const ByteLengthSchema = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Measurements of a version in a local workerd. Times depend on the machine, bytes do not. */
const FiguresSchema = v.object({
  /** From the request to load the version until its warmup requests are computed. */
  loadMs: MillisecondsSchema,
  /** The first request after that; null if no request could be made. */
  firstMs: v.nullable(MillisecondsSchema),
  /** The repeated request. */
  medianMs: v.nullable(MillisecondsSchema),
  /** The whole WebAssembly heap at the end; it never shrinks. */
  heapBytes: ByteLengthSchema,
  /** The heap of an isolate that has loaded no model. */
  emptyHeapBytes: ByteLengthSchema,
});
export type Figures = v.InferOutput<typeof FiguresSchema>;

/** The outputs of a version without golden examples for inputs generated from its signatures. */
const RecordedAnswersSchema = v.object({
  /** The rule that generated the inputs. They are not stored, since they can be generated again. */
  generator: v.literal(1),
  examples: v.array(v.object({ signature_name: v.string(), outputs: v.record(v.string(), v.unknown()) })),
});
export type RecordedAnswers = v.InferOutput<typeof RecordedAnswersSchema>;

/** True if plans compute the version, as the Worker's metrics reported in the rehearsal. */
const PlanRecordSchema = v.variant('kind', [
  v.object({ kind: v.literal('planned'), shapes: v.pipe(v.number(), v.integer(), v.minValue(1)) }),
  v.object({ kind: v.literal('not planned'), reason: v.string() }),
  /** No available request has shown if a plan computes the same outputs. */
  v.object({ kind: v.literal('not shown') }),
]);
export type PlanRecord = v.InferOutput<typeof PlanRecordSchema>;

/** The result of a version's rehearsal before its publish. */
export const RehearsalSchema = v.variant('kind', [
  v.object({
    kind: v.literal('rehearsed'),
    at: v.pipe(v.string(), v.isoTimestamp()),
    /** The beginning of the digest of the Worker's source in the rehearsal. */
    worker: v.string(),
    figures: FiguresSchema,
    golden: v.object({
      examples: v.pipe(v.number(), v.integer(), v.minValue(0)),
      /** Between a golden number and the computed one; null if no number was compared. */
      largestDifference: v.nullable(v.number()),
    }),
    recorded: v.optional(RecordedAnswersSchema),
    /** Absent in records of earlier rehearsals, which did not report it. */
    plan: v.optional(PlanRecordSchema),
    /**
     * With which new isolates of the same Worker check the plans, in place of proving them anew. An unknown form, of a newer
     * tool, must not make the other figures unreadable.
     */
    proofs: v.fallback(v.optional(PlanProofsSchema), undefined),
  }),
  /** The publisher skipped the rehearsal. */
  v.object({ kind: v.literal('skipped'), at: v.pipe(v.string(), v.isoTimestamp()) }),
]);
export type Rehearsal = v.InferOutput<typeof RehearsalSchema>;
