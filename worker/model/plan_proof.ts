import * as v from 'valibot';
import { Sha256Schema } from './content.ts';
import { MAX_RANK } from './tensor.ts';

/** The most proofs of a version, and so its most prepared plans. */
export const MOST_PROOFS = 4;
const MOST_TENSORS = 32;
const LONGEST_NAME = 1000;
/** The most base64 digits of a proof's tensors together. Every isolate reads them with the manifest. */
export const MOST_PROOF_DIGITS = 64 * 1024;

const NameSchema = v.pipe(v.string(), v.maxLength(LONGEST_NAME));
const ShapeSchema = v.pipe(
  v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31 - 1))),
  v.maxLength(MAX_RANK),
);
/** Little-endian numbers, or a byte for each boolean, in base64. */
const ValuesSchema = v.pipe(v.string(), v.maxLength(MOST_PROOF_DIGITS), v.base64());

/** An input of a probe. Floats follow from the number of the probe, so that only integers and booleans are stored. */
const ProbeInputSchema = v.variant('dtype', [
  v.strictObject({ name: NameSchema, dtype: v.literal('float32'), shape: ShapeSchema }),
  v.strictObject({
    name: NameSchema,
    dtype: v.picklist(['int32', 'bool']),
    shape: ShapeSchema,
    values: ValuesSchema,
  }),
]);
export type ProbeInput = v.InferOutput<typeof ProbeInputSchema>;

const ProbeOutputSchema = v.strictObject({
  name: NameSchema,
  dtype: v.picklist(['float32', 'int32', 'bool']),
  shape: ShapeSchema,
  values: ValuesSchema,
});
export type ProbeOutput = v.InferOutput<typeof ProbeOutputSchema>;

const tensors = <Schema extends v.GenericSchema>(schema: Schema) =>
  v.pipe(v.array(schema), v.minLength(1), v.maxLength(MOST_TENSORS));

/** The most bytes of the file of a prepared plan. */
export const MOST_PREPARED_BYTES = 1024 * 1024;

/** A prepared plan, which is a blob of the version. */
const PreparedBlobSchema = v.strictObject({
  sha256: Sha256Schema,
  bytes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MOST_PREPARED_BYTES)),
});

/** What shows in a new isolate that a plan of one shape computes what it computed when it was proven. */
const PlanProofSchema = v.pipe(
  v.strictObject({
    /** The number of the generated probe: see runtime/plan/verify/probe_inputs.ts. */
    probe: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(3)),
    /** The inputs that the probe is made like. */
    inputs: tensors(ProbeInputSchema),
    /** Samples of the executor's outputs for the probe, in the order of the requests: see runtime/plan/verify/stored_proof.ts. */
    outputs: tensors(ProbeOutputSchema),
    /** The liberties of the plan that was proven. */
    mayCopy: v.boolean(),
    mayReorder: v.boolean(),
    /** Absent if it was not prepared: an isolate makes the plan of the model. */
    plan: v.exactOptional(PreparedBlobSchema),
  }),
  v.check(
    ({ inputs, outputs }) =>
      [...inputs, ...outputs].reduce((sum, tensor) => sum + digitsOf(tensor), 0) <= MOST_PROOF_DIGITS,
    `has more than ${MOST_PROOF_DIGITS} base64 digits`,
  ),
);
export type PlanProof = v.InferOutput<typeof PlanProofSchema>;

function digitsOf(tensor: ProbeInput | ProbeOutput): number {
  return 'values' in tensor ? tensor.values.length : 0;
}

/** The proofs of the plans of a version, and the runtime in which they were made. They say nothing about any other. */
export const PlanProofsSchema = v.strictObject({
  runtime: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'is not a sha256 in hex')),
  shapes: v.pipe(v.array(PlanProofSchema), v.maxLength(MOST_PROOFS)),
});
export type PlanProofs = v.InferOutput<typeof PlanProofsSchema>;
