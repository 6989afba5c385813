import * as v from 'valibot';

/** The dtypes of tensors that a model can take or give, by tfjs's names. */
const DataTypeSchema = v.picklist(['float32', 'int32', 'bool', 'string']);
export type DataType = v.InferOutput<typeof DataTypeSchema>;

/** One input or output of a signature. */
const TensorInfoSchema = v.object({
  /** What the tensor is called in the graph. */
  name: v.pipe(v.string(), v.nonEmpty('is empty')),
  dtype: DataTypeSchema,
  /** -1 where any size is taken; null where even the rank is unknown. */
  shape: v.nullable(v.array(v.pipe(v.number(), v.safeInteger(), v.minValue(-1)))),
  /** Of an input: whatever the shape says, the graph answers any. */
  anyShape: v.exactOptional(v.boolean()),
  /** What the positions of the last dimension mean, for a classifier. */
  classes: v.optional(v.array(v.string())),
});
export type TensorInfo = v.InferOutput<typeof TensorInfoSchema>;

export const METHODS = [
  'tensorflow/serving/predict',
  'tensorflow/serving/classify',
  'tensorflow/serving/regress',
] as const;

/** What a model can be asked: its inputs and outputs by their public names, and the method. */
export const SignatureSchema = v.object({
  method: v.picklist(METHODS),
  inputs: v.record(v.string(), TensorInfoSchema),
  outputs: v.record(v.string(), TensorInfoSchema),
});
export type Signature = v.InferOutput<typeof SignatureSchema>;

/** The signature that is meant where none is named. */
export const DEFAULT_SIGNATURE = 'serving_default';

/** A file of the model. */
export interface Blob {
  /** What it is called in the model's directory; model.json's manifest of weights names files so. */
  readonly path: string;
  /** In hex. */
  readonly sha256: string;
  readonly bytes: number;
}

/** Zeros (or empty strings) of a shape, or values: flat, in row-major order. */
export type WarmupTensor =
  | { readonly kind: 'zeros'; readonly shape: number[] }
  | { readonly kind: 'values'; readonly shape: number[]; readonly values: (number | boolean | string)[] };

/** A request that a version answers before it is served. */
export interface Warmup {
  readonly signature: string;
  readonly inputs: Record<string, WarmupTensor>;
}

/** A request with the answer that the model's maker saw. */
export const GoldenExampleSchema = v.object({
  signature_name: v.optional(v.string()),
  inputs: v.record(v.string(), v.unknown()),
  outputs: v.record(v.string(), v.unknown()),
  /** How far a number may be off, for all outputs; times the golden number's size where that is above 1. */
  tolerance: v.optional(v.number()),
  /** The same for single outputs, by name. */
  tolerances: v.optional(v.record(v.string(), v.number())),
});
export type GoldenExample = v.InferOutput<typeof GoldenExampleSchema>;

/** What serving needs to know of a model. */
export interface ModelContent {
  readonly format: 'tfjs-graph-model' | 'tfjs-layers-model';
  /** The path of the blob that holds the topology and the list of weights. */
  readonly topology: string;
  readonly signatures: Record<string, Signature>;
  readonly blobs: Blob[];
  /** Bytes of all weights as they lie in memory, dequantised. */
  readonly weightBytes: number;
  readonly warmup: Warmup[];
  readonly golden: GoldenExample[];
}
