import type { DataType } from '../../worker/model/dtype.ts';

/** TensorFlow's type names by their numbers, which one of tfjs's two dialects of JSON uses. */
const NAMES = new Map([
  [1, 'DT_FLOAT'],
  [2, 'DT_DOUBLE'],
  [3, 'DT_INT32'],
  [4, 'DT_UINT8'],
  [5, 'DT_INT16'],
  [6, 'DT_INT8'],
  [7, 'DT_STRING'],
  [8, 'DT_COMPLEX64'],
  [9, 'DT_INT64'],
  [10, 'DT_BOOL'],
  [11, 'DT_QINT8'],
  [12, 'DT_QUINT8'],
  [13, 'DT_QINT32'],
  [14, 'DT_BFLOAT16'],
  [15, 'DT_QINT16'],
  [16, 'DT_QUINT16'],
  [17, 'DT_UINT16'],
  [18, 'DT_COMPLEX128'],
  [19, 'DT_HALF'],
  [20, 'DT_RESOURCE'],
  [21, 'DT_VARIANT'],
  [22, 'DT_UINT32'],
  [23, 'DT_UINT64'],
]);

/** The dtype with which tfjs computes a type of TensorFlow, as tfjs-converter's parseDtypeParam. */
const GRAPH_TYPES = new Map<string, DataType>([
  ['DT_FLOAT', 'float32'],
  ['DT_DOUBLE', 'float32'],
  ['DT_HALF', 'float32'],
  ['DT_BFLOAT16', 'float32'],
  ['DT_INT32', 'int32'],
  ['DT_INT64', 'int32'],
  ['DT_INT8', 'int32'],
  ['DT_UINT8', 'int32'],
  ['DT_BOOL', 'bool'],
  ['DT_STRING', 'string'],
]);

/** Returns tfjs's dtype of a graph's type, given by name or number, or undefined if tfjs has none. */
export function graphDataType(type: unknown): DataType | undefined {
  return GRAPH_TYPES.get(graphTypeName(type));
}

export function graphTypeName(type: unknown): string {
  return typeof type === 'number' ? (NAMES.get(type) ?? `number ${type}`) : String(type);
}

const KERAS_TYPES = new Map<string, DataType>([
  ['float16', 'float32'],
  ['float32', 'float32'],
  ['float64', 'float32'],
  ['int8', 'int32'],
  ['uint8', 'int32'],
  ['int32', 'int32'],
  ['int64', 'int32'],
  ['bool', 'bool'],
  ['string', 'string'],
]);

/** Returns tfjs's dtype of a Keras type in the same way. */
export function kerasDataType(type: string): DataType | undefined {
  return KERAS_TYPES.get(type);
}
