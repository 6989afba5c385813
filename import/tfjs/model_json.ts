import * as v from 'valibot';
import { JsonObjectSchema } from '../files/json.ts';

const DimensionSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const QuantizationSchema = v.variant('dtype', [
  v.object({ dtype: v.picklist(['uint8', 'uint16']), scale: v.number(), min: v.number() }),
  v.object({ dtype: v.literal('float16') }),
]);

const WeightSpecSchema = v.object({
  name: v.pipe(v.string(), v.nonEmpty('is empty')),
  shape: v.array(DimensionSchema),
  dtype: v.string(),
  quantization: v.optional(QuantizationSchema),
  /** `optimizer` marks what training left behind. */
  group: v.optional(v.string()),
});
export type WeightSpec = v.InferOutput<typeof WeightSpecSchema>;

const WeightGroupSchema = v.object({ paths: v.array(v.string()), weights: v.array(WeightSpecSchema) });
export type WeightGroup = v.InferOutput<typeof WeightGroupSchema>;

/** The members of tfjs's model.json that an import looks at. */
export const ModelJsonSchema = v.object({
  format: v.nullish(v.string()),
  modelTopology: JsonObjectSchema,
  weightsManifest: v.nullish(v.array(WeightGroupSchema)),
  signature: v.nullish(JsonObjectSchema),
  userDefinedMetadata: v.nullish(JsonObjectSchema),
  modelInitializer: v.nullish(JsonObjectSchema),
});
export type ModelJson = v.InferOutput<typeof ModelJsonSchema>;
