import * as v from 'valibot';
import { DataTypeSchema } from './dtype.ts';
import { isJsonObject, type JsonObject, JsonObjectSchema } from './json_object.ts';
import { QuantizationSchema } from './quantization.ts';

/** One weight in the order of its group's bytes. */
const WeightSpecSchema = v.object({
  name: v.pipe(v.string(), v.nonEmpty('is empty')),
  shape: v.array(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  dtype: DataTypeSchema,
  quantization: v.optional(QuantizationSchema),
  /** `optimizer` marks what training left behind; serving skips it. */
  group: v.optional(v.string()),
});
export type WeightSpec = v.InferOutput<typeof WeightSpecSchema>;

/** A run of weights and the files whose bytes, one after the other, hold them. */
const WeightGroupSchema = v.object({
  paths: v.array(v.string()),
  weights: v.array(WeightSpecSchema),
});
export type WeightGroup = v.InferOutput<typeof WeightGroupSchema>;

/** The members of tfjs's model.json that are looked at. What a topology and signatures are is another matter. */
export const ModelJsonSchema = v.object({
  format: v.nullish(v.string()),
  modelTopology: JsonObjectSchema,
  weightsManifest: v.nullish(v.array(WeightGroupSchema), []),
  signature: v.nullish(JsonObjectSchema),
  /** What whoever made the file wants to say; its `signature` comes before the other. */
  userDefinedMetadata: v.nullish(JsonObjectSchema),
  modelInitializer: v.nullish(JsonObjectSchema),
  initializerSignature: v.nullish(JsonObjectSchema),
});
export type ModelJson = v.InferOutput<typeof ModelJsonSchema>;

/** The signature that tfjs-converter's GraphModel goes by; undefined where there is none. */
export function signatureDefinition({ userDefinedMetadata, signature }: ModelJson): JsonObject | undefined {
  const inMetadata = userDefinedMetadata?.signature;
  return isJsonObject(inMetadata) ? inMetadata : (signature ?? undefined);
}
