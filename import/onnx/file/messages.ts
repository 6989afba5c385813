import protobuf from 'protobufjs';
import * as v from 'valibot';
import { messageDecoder } from '../../protobuf/decode_message.ts';
import { message } from '../../protobuf/message_definition.ts';

/**
 * The members of ONNX's messages that an import reads (onnx/onnx.proto). Graphs and tensors within others are bytes:
 * a message never contains itself, and values are decoded when they are needed.
 */
const ONNX_MESSAGE_TYPES = protobuf.Root.fromJSON({
  nested: {
    OperatorSet: message({ domain: [1, 'string'], version: [2, 'int64'] }),
    Dimension: message({ dimValue: [1, 'int64'], dimParam: [2, 'string'] }, ['dimValue', 'dimParam']),
    TensorShape: message({ dim: [1, 'repeated Dimension'] }),
    TensorType: message({ elemType: [1, 'int32'], shape: [2, 'TensorShape'] }),
    SequenceType: message({ elemType: [1, 'bytes'] }),
    Type: message({ tensorType: [1, 'TensorType'], sequenceType: [4, 'bytes'], optionalType: [9, 'bytes'] }, [
      'tensorType',
      'sequenceType',
      'optionalType',
    ]),
    OptionalType: message({ elemType: [1, 'Type'] }),
    ValueInfo: message({ name: [1, 'string'], type: [2, 'Type'] }),
    Attribute: message({
      name: [1, 'string'],
      f: [2, 'float'],
      i: [3, 'int64'],
      s: [4, 'bytes'],
      t: [5, 'bytes'],
      g: [6, 'bytes'],
      floats: [7, 'repeated float'],
      ints: [8, 'repeated int64'],
      strings: [9, 'repeated bytes'],
      type: [20, 'int32'],
      refAttrName: [21, 'string'],
    }),
    Node: message({
      input: [1, 'repeated string'],
      output: [2, 'repeated string'],
      name: [3, 'string'],
      opType: [4, 'string'],
      attribute: [5, 'repeated Attribute'],
      domain: [7, 'string'],
      overload: [8, 'string'],
    }),
    GraphProto: message({
      node: [1, 'repeated Node'],
      initializer: [5, 'repeated bytes'],
      input: [11, 'repeated ValueInfo'],
      output: [12, 'repeated ValueInfo'],
      sparseInitializer: [15, 'repeated bytes'],
    }),
    FunctionProto: message({
      name: [1, 'string'],
      input: [4, 'repeated string'],
      output: [5, 'repeated string'],
      attribute: [6, 'repeated string'],
      node: [7, 'repeated Node'],
      opsetImport: [9, 'repeated OperatorSet'],
      domain: [10, 'string'],
      attributeProto: [11, 'repeated Attribute'],
      overload: [13, 'string'],
    }),
    ModelProto: message({
      irVersion: [1, 'int64'],
      graph: [7, 'bytes'],
      opsetImport: [8, 'repeated OperatorSet'],
      functions: [25, 'repeated FunctionProto'],
    }),
    StringEntry: message({ key: [1, 'string'], value: [2, 'string'] }),
    TensorProto: message({
      dims: [1, 'repeated int64'],
      dataType: [2, 'int32'],
      floatData: [4, 'repeated float'],
      int32Data: [5, 'repeated int32'],
      stringData: [6, 'repeated bytes'],
      int64Data: [7, 'repeated int64'],
      name: [8, 'string'],
      rawData: [9, 'bytes'],
      doubleData: [10, 'repeated double'],
      uint64Data: [11, 'repeated uint64'],
      externalData: [13, 'repeated StringEntry'],
      dataLocation: [14, 'int32'],
    }),
  },
});

/** Decodes one of ONNX's messages. */
export const decodeOnnxMessage = messageDecoder(ONNX_MESSAGE_TYPES);

const BytesSchema = v.instance(Uint8Array);
/** NaN is a value like any other. */
const FloatSchema = v.union([v.number(), v.nan()]);

const OperatorSetSchema = v.object({ domain: v.string(), version: v.bigint() });

const TypeSchema = v.nullable(
  v.object({
    tensorType: v.optional(
      v.object({
        elemType: v.number(),
        shape: v.nullable(
          v.object({
            dim: v.array(v.object({ dimValue: v.optional(v.bigint()), dimParam: v.optional(v.string()) })),
          }),
        ),
      }),
    ),
    sequenceType: v.optional(BytesSchema),
    optionalType: v.optional(BytesSchema),
  }),
);

const ValueInfoSchema = v.object({ name: v.string(), type: TypeSchema });
/** An optional value, whose type is that of its element. */
export const OptionalTypeSchema = v.object({ elemType: TypeSchema });
export type ValueInfoMessage = v.InferOutput<typeof ValueInfoSchema>;

const AttributeSchema = v.object({
  name: v.string(),
  f: FloatSchema,
  i: v.bigint(),
  s: BytesSchema,
  t: BytesSchema,
  g: BytesSchema,
  floats: v.array(FloatSchema),
  ints: v.array(v.bigint()),
  strings: v.array(BytesSchema),
  type: v.number(),
  refAttrName: v.string(),
});
export type AttributeMessage = v.InferOutput<typeof AttributeSchema>;

const NodeSchema = v.object({
  input: v.array(v.string()),
  output: v.array(v.string()),
  name: v.string(),
  opType: v.string(),
  attribute: v.array(AttributeSchema),
  domain: v.string(),
  overload: v.string(),
});
export type NodeMessage = v.InferOutput<typeof NodeSchema>;

export const GraphProtoSchema = v.object({
  node: v.array(NodeSchema),
  initializer: v.array(BytesSchema),
  input: v.array(ValueInfoSchema),
  output: v.array(ValueInfoSchema),
  sparseInitializer: v.array(BytesSchema),
});
export type GraphMessage = v.InferOutput<typeof GraphProtoSchema>;

const FunctionProtoSchema = v.object({
  name: v.string(),
  input: v.array(v.string()),
  output: v.array(v.string()),
  node: v.array(NodeSchema),
  opsetImport: v.array(OperatorSetSchema),
  domain: v.string(),
  attributeProto: v.array(AttributeSchema),
  overload: v.string(),
});
export type FunctionMessage = v.InferOutput<typeof FunctionProtoSchema>;

export const ModelProtoSchema = v.object({
  opsetImport: v.array(OperatorSetSchema),
  functions: v.array(FunctionProtoSchema),
});

export type ModelMessage = v.InferOutput<typeof ModelProtoSchema>;

export const TensorProtoSchema = v.object({
  dims: v.array(v.bigint()),
  dataType: v.number(),
  floatData: v.array(FloatSchema),
  int32Data: v.array(v.number()),
  stringData: v.array(BytesSchema),
  int64Data: v.array(v.bigint()),
  name: v.string(),
  rawData: BytesSchema,
  doubleData: v.array(FloatSchema),
  uint64Data: v.array(v.bigint()),
  externalData: v.array(v.object({ key: v.string(), value: v.string() })),
  dataLocation: v.number(),
});
export type TensorMessage = v.InferOutput<typeof TensorProtoSchema>;
