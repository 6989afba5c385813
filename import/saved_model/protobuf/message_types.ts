import protobuf from 'protobufjs';
import { messageDecoder } from '../../protobuf/decode_message.ts';
import { message } from '../../protobuf/message_definition.ts';

const entry = (value: string) => message({ key: [1, 'string'], value: [2, value] });

/**
 * The members of TensorFlow's messages that an import reads. Maps are lists of entries, which have the same encoding
 * and permit any names.
 */
const SHAPES = {
  Dim: message({ size: [1, 'int64'] }),
  TensorShapeProto: message({ dim: [2, 'repeated Dim'], unknownRank: [3, 'bool'] }),
};

const TENSORS = {
  /** The dtype and the shape of a tensor, without its values. */
  TensorHeader: message({ dtype: [1, 'int32'], tensorShape: [2, 'TensorShapeProto'] }),
  TensorProto: message({
    dtype: [1, 'int32'],
    tensorShape: [2, 'TensorShapeProto'],
    tensorContent: [4, 'bytes'],
    floatVal: [5, 'repeated float'],
    doubleVal: [6, 'repeated double'],
    intVal: [7, 'repeated int32'],
    stringVal: [8, 'repeated bytes'],
    int64Val: [10, 'repeated int64'],
    boolVal: [11, 'repeated bool'],
    halfVal: [13, 'repeated int32'],
    uint32Val: [16, 'repeated uint32'],
    uint64Val: [17, 'repeated uint64'],
  }),
};

const GRAPHS = {
  Attribute: message(
    {
      list: [1, 'AttributeList'],
      s: [2, 'bytes'],
      i: [3, 'int64'],
      f: [4, 'float'],
      b: [5, 'bool'],
      type: [6, 'int32'],
      shape: [7, 'TensorShapeProto'],
      // Not decoded here: a TensorProto is decoded when its values are read.
      tensor: [8, 'bytes'],
      func: [10, 'FunctionName'],
    },
    ['list', 's', 'i', 'f', 'b', 'type', 'shape', 'tensor', 'func'],
  ),
  AttributeList: message({
    s: [2, 'repeated bytes'],
    i: [3, 'repeated int64'],
    f: [4, 'repeated float'],
    b: [5, 'repeated bool'],
    type: [6, 'repeated int32'],
    shape: [7, 'repeated TensorShapeProto'],
    func: [9, 'repeated FunctionName'],
  }),
  FunctionName: message({ name: [1, 'string'] }),
  AttributeEntry: entry('Attribute'),
  NodeDef: message({
    name: [1, 'string'],
    op: [2, 'string'],
    input: [3, 'repeated string'],
    attr: [5, 'repeated AttributeEntry'],
  }),
  ArgDef: message({
    name: [1, 'string'],
    type: [3, 'int32'],
    typeAttr: [4, 'string'],
    numberAttr: [5, 'string'],
    typeListAttr: [6, 'string'],
  }),
  OpDef: message({
    name: [1, 'string'],
    inputArg: [2, 'repeated ArgDef'],
    outputArg: [3, 'repeated ArgDef'],
    attr: [4, 'repeated AttrDef'],
  }),
  AttrDef: message({ name: [1, 'string'], defaultValue: [3, 'Attribute'] }),
  StringEntry: entry('string'),
  FunctionDef: message({
    signature: [1, 'OpDef'],
    nodeDef: [3, 'repeated NodeDef'],
    ret: [4, 'repeated StringEntry'],
    controlRet: [6, 'repeated StringEntry'],
  }),
  FunctionDefLibrary: message({ function: [1, 'repeated FunctionDef'] }),
  VersionDef: message({ producer: [1, 'int32'] }),
  GraphDef: message({
    node: [1, 'repeated NodeDef'],
    library: [2, 'FunctionDefLibrary'],
    versions: [4, 'VersionDef'],
  }),
};

const SAVED_MODELS = {
  OpList: message({ op: [1, 'repeated OpDef'] }),
  MetaInfoDef: message({ strippedOpList: [2, 'OpList'], tags: [4, 'repeated string'] }),
  NodeList: message({ value: [1, 'repeated string'] }),
  Any: message({ typeUrl: [1, 'string'], value: [2, 'bytes'] }),
  AnyList: message({ value: [1, 'repeated Any'] }),
  CollectionDef: message({ nodeList: [1, 'NodeList'], anyList: [5, 'AnyList'] }),
  CollectionEntry: entry('CollectionDef'),
  TensorInfo: message({ name: [1, 'string'], dtype: [2, 'int32'], tensorShape: [3, 'TensorShapeProto'] }),
  TensorInfoEntry: entry('TensorInfo'),
  SignatureDef: message({
    inputs: [1, 'repeated TensorInfoEntry'],
    outputs: [2, 'repeated TensorInfoEntry'],
    methodName: [3, 'string'],
  }),
  SignatureEntry: entry('SignatureDef'),
  AssetFileDef: message({ tensorInfo: [1, 'TensorInfo'], filename: [2, 'string'] }),
  SaverDef: message({
    filenameTensorName: [1, 'string'],
    restoreOpName: [3, 'string'],
    version: [7, 'int32'],
  }),
  MetaGraphDef: message({
    metaInfoDef: [1, 'MetaInfoDef'],
    graphDef: [2, 'GraphDef'],
    saverDef: [3, 'SaverDef'],
    collectionDef: [4, 'repeated CollectionEntry'],
    signatureDef: [5, 'repeated SignatureEntry'],
    assetFileDef: [6, 'repeated AssetFileDef'],
  }),
  SavedModel: message({ metaGraphs: [2, 'repeated MetaGraphDef'] }),
};

const BUNDLES = {
  BundleHeaderProto: message({ numShards: [1, 'int32'], endianness: [2, 'int32'] }),
  Extent: message({ start: [1, 'int64'], length: [2, 'int64'] }, ['length']),
  TensorSliceProto: message({ extent: [1, 'repeated Extent'] }),
  BundleEntryProto: message({
    dtype: [1, 'int32'],
    shape: [2, 'TensorShapeProto'],
    shardId: [3, 'int32'],
    offset: [4, 'int64'],
    size: [5, 'int64'],
    crc32c: [6, 'fixed32'],
    slices: [7, 'repeated TensorSliceProto'],
  }),
};

export const MESSAGE_TYPES = protobuf.Root.fromJSON({
  nested: { ...SHAPES, ...TENSORS, ...GRAPHS, ...SAVED_MODELS, ...BUNDLES },
});

export const decodeMessage = messageDecoder(MESSAGE_TYPES);
