import * as v from 'valibot';
import { DataTypeSchema } from './dtype.ts';
import { QuantizationSchema } from './quantization.ts';

/** One weight in the order of its group's bytes. */
const WeightSpecSchema = v.object({
  name: v.string(),
  shape: v.array(v.pipe(v.number(), v.integer(), v.minValue(0))),
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

type JsonValue = boolean | number | string | null | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

/** An object out of JSON.parse; what is in it is JSON by construction. */
export const JsonObjectSchema = v.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'is not an object',
);

/** The members of tfjs's model.json that loading needs. Its topology is tfjs's own business. */
export const ModelJsonSchema = v.object({
  modelTopology: JsonObjectSchema,
  weightsManifest: v.optional(v.array(WeightGroupSchema), []),
  signature: v.nullish(JsonObjectSchema),
  userDefinedMetadata: v.nullish(v.object({ signature: v.nullish(JsonObjectSchema) })),
  modelInitializer: v.nullish(JsonObjectSchema),
  initializerSignature: v.nullish(JsonObjectSchema),
});
export type ModelJson = v.InferOutput<typeof ModelJsonSchema>;
