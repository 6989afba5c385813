import * as v from 'valibot';
import { DataTypeSchema } from './dtype.ts';

/** A dimension's size; -1 if any size is accepted. */
const DimensionSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(-1));

/** One input or output of a signature. `shape` is null if even the rank is unknown. */
const TensorInfoSchema = v.object({
  /** The tensor's name in the graph, as TensorFlow Serving's metadata reports it. */
  name: v.pipe(v.string(), v.nonEmpty('is empty')),
  dtype: DataTypeSchema,
  shape: v.nullable(v.array(DimensionSchema)),
  /**
   * True if the graph accepts an input of any shape despite `shape`, as TensorFlow Serving does. A scalar and a list are
   * still not taken for each other.
   */
  anyShape: v.exactOptional(v.boolean()),
  /** True if the strings are serialized tf.Examples, which requests to classify and to regress hold as JSON. */
  holdsExamples: v.exactOptional(v.boolean()),
  /** The least and the largest value that an input takes, where its own type is narrower than `dtype`. */
  range: v.exactOptional(v.tuple([v.number(), v.number()])),
  /** The meaning of the positions of the last dimension, for a classifier. */
  classes: v.optional(v.array(v.string())),
});
export type TensorInfo = v.InferOutput<typeof TensorInfoSchema>;

export const METHODS = [
  'tensorflow/serving/predict',
  'tensorflow/serving/classify',
  'tensorflow/serving/regress',
] as const;

/** An interface of a model: its inputs and outputs by their public names, and its method. */
export const SignatureSchema = v.object({
  method: v.picklist(METHODS),
  inputs: v.record(v.string(), TensorInfoSchema),
  outputs: v.record(v.string(), TensorInfoSchema),
});
export type Signature = v.InferOutput<typeof SignatureSchema>;
