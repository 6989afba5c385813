import * as v from 'valibot';
import { GraphMessageSchema, OperationMessageSchema, ShapeMessageSchema } from './graph_messages.ts';

const TensorInfoMessageSchema = v.object({
  name: v.string(),
  dtype: v.number(),
  tensorShape: v.nullable(ShapeMessageSchema),
});
export type TensorInfoMessage = v.InferOutput<typeof TensorInfoMessageSchema>;

const TensorInfoEntriesSchema = v.array(
  v.object({ key: v.string(), value: v.nullable(TensorInfoMessageSchema) }),
);

const SignatureMessageSchema = v.object({
  inputs: TensorInfoEntriesSchema,
  outputs: TensorInfoEntriesSchema,
  methodName: v.string(),
});
export type SignatureMessage = v.InferOutput<typeof SignatureMessageSchema>;

export const AssetMessageSchema = v.object({
  tensorInfo: v.nullable(TensorInfoMessageSchema),
  filename: v.string(),
});
export type AssetMessage = v.InferOutput<typeof AssetMessageSchema>;

const CollectionMessageSchema = v.object({
  nodeList: v.nullable(v.object({ value: v.array(v.string()) })),
  anyList: v.nullable(v.object({ value: v.array(v.object({ value: v.instance(Uint8Array) })) })),
});

const MetaGraphMessageSchema = v.object({
  metaInfoDef: v.nullable(
    v.object({
      strippedOpList: v.nullable(v.object({ op: v.array(OperationMessageSchema) })),
      tags: v.array(v.string()),
    }),
  ),
  graphDef: v.nullable(GraphMessageSchema),
  saverDef: v.nullable(v.object({ restoreOpName: v.string() })),
  collectionDef: v.array(v.object({ key: v.string(), value: v.nullable(CollectionMessageSchema) })),
  signatureDef: v.array(v.object({ key: v.string(), value: v.nullable(SignatureMessageSchema) })),
  assetFileDef: v.array(AssetMessageSchema),
});
export type MetaGraphMessage = v.InferOutput<typeof MetaGraphMessageSchema>;

export const SavedModelMessageSchema = v.object({ metaGraphs: v.array(MetaGraphMessageSchema) });
