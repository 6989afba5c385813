import * as v from 'valibot';

const weightEntry = v.object({
  name: v.pipe(v.string(), v.nonEmpty()),
  shape: v.array(v.pipe(v.number(), v.integer(), v.minValue(0))),
  // Other types exist in tfjs (bool, string, complex64); no sample model uses them.
  dtype: v.picklist(['float32', 'int32']),
});

/** What `model.json` of a sample model holds. Keys that are not named here are kept. */
export const modelJsonSchema = v.looseObject({
  format: v.picklist(['graph-model', 'layers-model']),
  modelTopology: v.looseObject({}),
  weightsManifest: v.array(
    v.object({ paths: v.array(v.pipe(v.string(), v.nonEmpty())), weights: v.array(weightEntry) }),
  ),
  signature: v.optional(v.looseObject({})),
  userDefinedMetadata: v.optional(v.looseObject({})),
});
export type ModelJson = v.InferOutput<typeof modelJsonSchema>;
export type WeightEntry = v.InferOutput<typeof weightEntry>;

/** The bytes that one weight takes: float32 and int32 both have four per value. */
export function weightByteLength(weight: WeightEntry): number {
  return 4 * weight.shape.reduce((product, size) => product * size, 1);
}

/** A tensor as nested lists of numbers, the outermost list being the batch. */
export type TensorValue = number | TensorValue[];
const tensorValue: v.GenericSchema<TensorValue> = v.union([
  v.pipe(v.number(), v.finite()),
  v.array(v.lazy(() => tensorValue)),
]);
const tensorsByName = v.pipe(
  v.record(v.string(), tensorValue),
  v.check((tensors) => Object.keys(tensors).length > 0, 'names no tensor'),
);

/** What `golden.json` holds: inputs, the outputs they must give, and the allowed absolute difference. */
export const goldenSchema = v.object({
  examples: v.pipe(
    v.array(
      v.object({
        signature_name: v.pipe(v.string(), v.nonEmpty()),
        inputs: tensorsByName,
        outputs: tensorsByName,
        tolerance: v.pipe(v.number(), v.gtValue(0)),
      }),
    ),
    v.nonEmpty(),
  ),
});
type Golden = v.InferOutput<typeof goldenSchema>;
export type GoldenExample = Golden['examples'][number];
