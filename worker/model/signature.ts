import * as v from 'valibot';
import { DataTypeSchema } from './dtype.ts';

/** A dimension's size; -1 where any is taken. */
const DimensionSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(-1));

/** One input or output of a signature. `shape` is null where even the rank is unknown. */
const TensorInfoSchema = v.object({
  /** What the tensor is called in the graph, as TensorFlow Serving's metadata names it. */
  name: v.pipe(v.string(), v.nonEmpty('is empty')),
  dtype: DataTypeSchema,
  shape: v.nullable(v.array(DimensionSchema)),
  /** Of an input: whatever the shape says, the graph answers any, as TensorFlow Serving does. */
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

/** What a request means that names no signature. */
export const DEFAULT_SIGNATURE = 'serving_default';
