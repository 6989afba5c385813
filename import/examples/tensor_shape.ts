import * as v from 'valibot';

const SizeSchema = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^-?\d{1,15}$/, 'is not a size'), v.transform(Number))]),
  v.safeInteger(),
  v.minValue(-1),
);

/**
 * Reads TensorFlow's TensorShape in JSON as a list of sizes: -1 for any size, null for an unknown rank. Sizes are
 * numbers, or strings since they have 64 bits.
 */
export const TensorShapeSchema = v.pipe(
  v.object({
    dim: v.nullish(v.array(v.object({ size: v.nullish(SizeSchema) }))),
    unknownRank: v.nullish(v.boolean()),
  }),
  v.transform(({ dim, unknownRank }) => (unknownRank ? null : (dim ?? []).map(({ size }) => size ?? -1))),
);
