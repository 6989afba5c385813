import * as v from 'valibot';

const MillisecondsSchema = v.pipe(v.number(), v.minValue(0));
const ByteLengthSchema = v.pipe(v.number(), v.integer(), v.minValue(0));

/** What a version was measured to need in a local workerd. Times are that machine's, bytes are everywhere the same. */
const FiguresSchema = v.object({
  /** From asking for the version to its warmup being answered. */
  loadMs: MillisecondsSchema,
  /** Of the first request after that; null where there was nothing to ask. */
  firstMs: v.nullable(MillisecondsSchema),
  /** Of repeating that request. */
  medianMs: v.nullable(MillisecondsSchema),
  /** The whole WebAssembly heap after everything; it never shrinks. */
  heapBytes: ByteLengthSchema,
  /** The heap of an isolate that has loaded nothing. */
  emptyHeapBytes: ByteLengthSchema,
});
export type Figures = v.InferOutput<typeof FiguresSchema>;

/** What a version without golden examples answered to requests made from its signatures. */
const RecordedAnswersSchema = v.object({
  /** Which rule made the inputs, of which only this is kept: they can be made again. */
  generator: v.literal(1),
  examples: v.array(v.object({ signature_name: v.string(), outputs: v.record(v.string(), v.unknown()) })),
});
export type RecordedAnswers = v.InferOutput<typeof RecordedAnswersSchema>;

/** Whether plans compute a version, as the Worker's metrics told in the rehearsal. */
const PlanRecordSchema = v.variant('kind', [
  v.object({ kind: v.literal('planned'), shapes: v.pipe(v.number(), v.integer(), v.minValue(1)) }),
  v.object({ kind: v.literal('not planned'), reason: v.string() }),
  /** Nothing that could be asked of it has shown whether a plan gives the same answers. */
  v.object({ kind: v.literal('not shown') }),
]);
export type PlanRecord = v.InferOutput<typeof PlanRecordSchema>;

/** How a version did before it was published. */
export const RehearsalSchema = v.variant('kind', [
  v.object({
    kind: v.literal('rehearsed'),
    at: v.pipe(v.string(), v.isoTimestamp()),
    /** The beginning of the digest of the Worker's source that it ran in. */
    worker: v.string(),
    figures: FiguresSchema,
    golden: v.object({
      examples: v.pipe(v.number(), v.integer(), v.minValue(0)),
      /** Between a golden number and the one computed; null where no number was compared. */
      largestDifference: v.nullable(v.number()),
    }),
    recorded: v.optional(RecordedAnswersSchema),
    /** Absent where it was rehearsed before rehearsals asked. */
    plan: v.optional(PlanRecordSchema),
  }),
  /** Somebody chose to publish it untried. */
  v.object({ kind: v.literal('skipped'), at: v.pipe(v.string(), v.isoTimestamp()) }),
]);
export type Rehearsal = v.InferOutput<typeof RehearsalSchema>;
