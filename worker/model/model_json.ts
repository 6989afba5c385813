import * as v from 'valibot';
import { DataTypeSchema } from './dtype.ts';
import { isJsonObject, type JsonObject, JsonObjectSchema } from './json_object.ts';
import { QuantizationSchema } from './quantization.ts';

/** One weight. The weights of a group are in the order of its bytes. */
const WeightSpecSchema = v.object({
  name: v.pipe(v.string(), v.nonEmpty('is empty')),
  shape: v.array(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  dtype: DataTypeSchema,
  quantization: v.optional(QuantizationSchema),
  /** `optimizer` marks weights that only training uses; serving skips them. */
  group: v.optional(v.string()),
});
export type WeightSpec = v.InferOutput<typeof WeightSpecSchema>;

/** Consecutive weights, and the files whose concatenated bytes contain them. */
const WeightGroupSchema = v.object({
  paths: v.array(v.string()),
  weights: v.array(WeightSpecSchema),
});
export type WeightGroup = v.InferOutput<typeof WeightGroupSchema>;

/** The members of tfjs's model.json that are read here. Topology and signatures have their own schemas. */
export const ModelJsonSchema = v.object({
  format: v.nullish(v.string()),
  modelTopology: JsonObjectSchema,
  weightsManifest: v.nullish(v.array(WeightGroupSchema), []),
  signature: v.nullish(JsonObjectSchema),
  /** Data of the file's author. Its `signature` takes precedence over the top-level one. */
  userDefinedMetadata: v.nullish(JsonObjectSchema),
  modelInitializer: v.nullish(JsonObjectSchema),
  initializerSignature: v.nullish(JsonObjectSchema),
});
export type ModelJson = v.InferOutput<typeof ModelJsonSchema>;

/** Returns the signature that tfjs-converter's GraphModel uses, or undefined. */
export function signatureDefinition({ userDefinedMetadata, signature }: ModelJson): JsonObject | undefined {
  const inMetadata = userDefinedMetadata?.signature;
  return isJsonObject(inMetadata) ? inMetadata : (signature ?? undefined);
}
