import * as v from 'valibot';

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

/**
 * The content of `golden.json`: inputs, the outputs that the model must return for them, and the permitted absolute
 * difference.
 */
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
