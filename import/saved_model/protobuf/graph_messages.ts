import * as v from 'valibot';

const BytesSchema = v.instance(Uint8Array);
/** NaN is a value as any other. */
const FloatSchema = v.union([v.number(), v.nan()]);

export const ShapeMessageSchema = v.object({
  dim: v.array(v.object({ size: v.bigint() })),
  unknownRank: v.boolean(),
});
export type ShapeMessage = v.InferOutput<typeof ShapeMessageSchema>;

export const TensorHeaderSchema = v.object({
  dtype: v.number(),
  tensorShape: v.nullable(ShapeMessageSchema),
});

export const TensorMessageSchema = v.object({
  ...TensorHeaderSchema.entries,
  tensorContent: BytesSchema,
  floatVal: v.array(FloatSchema),
  doubleVal: v.array(FloatSchema),
  intVal: v.array(v.number()),
  stringVal: v.array(BytesSchema),
  int64Val: v.array(v.bigint()),
  boolVal: v.array(v.boolean()),
  halfVal: v.array(v.number()),
  uint32Val: v.array(v.number()),
  uint64Val: v.array(v.bigint()),
});
export type TensorMessage = v.InferOutput<typeof TensorMessageSchema>;

const FunctionNameSchema = v.object({ name: v.string() });

const AttributeMessageSchema = v.object({
  s: v.optional(BytesSchema),
  i: v.optional(v.bigint()),
  f: v.optional(v.number()),
  b: v.optional(v.boolean()),
  type: v.optional(v.number()),
  shape: v.optional(ShapeMessageSchema),
  tensor: v.optional(BytesSchema),
  func: v.optional(FunctionNameSchema),
  list: v.optional(
    v.object({
      s: v.array(BytesSchema),
      i: v.array(v.bigint()),
      f: v.array(v.number()),
      b: v.array(v.boolean()),
      type: v.array(v.number()),
      shape: v.array(ShapeMessageSchema),
      func: v.array(FunctionNameSchema),
    }),
  ),
});
export type AttributeMessage = v.InferOutput<typeof AttributeMessageSchema>;

const NodeMessageSchema = v.object({
  name: v.string(),
  op: v.string(),
  input: v.array(v.string()),
  attr: v.array(v.object({ key: v.string(), value: v.nullable(AttributeMessageSchema) })),
});
export type NodeMessage = v.InferOutput<typeof NodeMessageSchema>;

const ArgumentMessageSchema = v.object({
  name: v.string(),
  type: v.number(),
  typeAttr: v.string(),
  numberAttr: v.string(),
  typeListAttr: v.string(),
});
export type ArgumentMessage = v.InferOutput<typeof ArgumentMessageSchema>;

export const OperationMessageSchema = v.object({
  name: v.string(),
  inputArg: v.array(ArgumentMessageSchema),
  outputArg: v.array(ArgumentMessageSchema),
  attr: v.array(v.object({ name: v.string(), defaultValue: v.nullable(AttributeMessageSchema) })),
});
export type OperationMessage = v.InferOutput<typeof OperationMessageSchema>;

const StringEntriesSchema = v.array(v.object({ key: v.string(), value: v.string() }));

const FunctionMessageSchema = v.object({
  signature: v.nullable(OperationMessageSchema),
  nodeDef: v.array(NodeMessageSchema),
  ret: StringEntriesSchema,
  controlRet: StringEntriesSchema,
});
export type FunctionMessage = v.InferOutput<typeof FunctionMessageSchema>;

export const GraphMessageSchema = v.object({
  node: v.array(NodeMessageSchema),
  library: v.nullable(v.object({ function: v.array(FunctionMessageSchema) })),
  versions: v.nullable(v.object({ producer: v.number() })),
});
export type GraphMessage = v.InferOutput<typeof GraphMessageSchema>;
