import * as v from 'valibot';
import { ImageInputSchema } from './image_input.ts';
import { SignatureSchema } from './signature.ts';

export const Sha256Schema = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'is not a sha256 in hex'));

const ByteLengthSchema = v.pipe(v.number(), v.integer(), v.minValue(0));

/** A file of the model, stored in the bucket under its digest. */
const BlobSchema = v.object({
  /** The file's path in the model's directory. The weights manifest in model.json uses such paths. */
  path: v.string(),
  sha256: Sha256Schema,
  bytes: ByteLengthSchema,
});
export type Blob = v.InferOutput<typeof BlobSchema>;

const ShapeSchema = v.array(v.pipe(v.number(), v.integer(), v.minValue(0)));

/**
 * An input of a warmup request. `zeros` means zeros (or empty strings) of the shape; `values` are flat, in row-major
 * order: numbers, booleans, or strings as UTF-8 or base64, according to the signature's dtype.
 */
const WarmupTensorSchema = v.variant('kind', [
  v.object({ kind: v.literal('zeros'), shape: ShapeSchema }),
  v.object({
    kind: v.literal('values'),
    shape: ShapeSchema,
    values: v.array(v.union([v.number(), v.boolean(), v.string(), v.object({ b64: v.string() })])),
  }),
]);
export type WarmupTensor = v.InferOutput<typeof WarmupTensorSchema>;

/** A request that a version computes before it is served. */
const WarmupSchema = v.object({
  signature: v.string(),
  inputs: v.record(v.string(), WarmupTensorSchema),
});
export type Warmup = v.InferOutput<typeof WarmupSchema>;

/** A request with its expected answer. A rehearsal compares the two. */
export const GoldenExampleSchema = v.object({
  signature_name: v.optional(v.string()),
  inputs: v.record(v.string(), v.unknown()),
  outputs: v.record(v.string(), v.unknown()),
  /**
   * The permitted difference of a number, for all outputs. It is multiplied by the golden number's magnitude if that is
   * above 1.
   */
  tolerance: v.optional(v.number()),
  /** The same for single outputs by name. */
  tolerances: v.optional(v.record(v.string(), v.number())),
});
export type GoldenExample = v.InferOutput<typeof GoldenExampleSchema>;

/** Signatures of a model that its version does not have, with the reason why each cannot be computed. */
const LeftOutSchema = v.record(v.string(), v.string());
export type LeftOut = v.InferOutput<typeof LeftOutSchema>;

/** The content of a version as serving uses it. Two versions with equal content are the same model. */
export const ModelContentSchema = v.object({
  format: v.picklist(['tfjs-graph-model', 'tfjs-layers-model']),
  /** The path of the blob that contains the topology and the list of weights. */
  topology: v.string(),
  signatures: v.record(v.string(), SignatureSchema),
  /** Absent if the version has all signatures of its model. */
  leftOut: v.exactOptional(LeftOutSchema),
  /** How a request that is an image becomes an input. */
  image: v.exactOptional(ImageInputSchema),
  blobs: v.pipe(v.array(BlobSchema), v.minLength(1)),
  /** Bytes of all weights in memory, dequantized. */
  weightBytes: ByteLengthSchema,
  warmup: v.array(WarmupSchema),
  golden: v.array(GoldenExampleSchema),
});
export type ModelContent = v.InferOutput<typeof ModelContentSchema>;
