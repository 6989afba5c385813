import { elementCount } from '../../../../worker/model/tensor.ts';
import { graphTypeName } from '../../../graph/dtype_mapping.ts';
import { WeightError } from '../../../graph/weight_error.ts';
import { type Imported, malformed, read, unsupported } from '../../../import_result.ts';
import {
  type ElementType,
  elementType,
  misfit,
  setWeight,
  toWeightBytes,
} from '../../../tensor_values/element_type.ts';
import { type StoredWeight, tensorShape } from '../../../tensor_values/stored_weight.ts';
import { packedBytes, packStrings } from '../../../tensor_values/string_values.ts';
import {
  TensorHeaderSchema,
  type TensorMessage,
  TensorMessageSchema,
} from '../../protobuf/graph_messages.ts';
import { decodeMessage } from '../../protobuf/message_types.ts';
import { readStringList } from './string_list.ts';

/** The most values of a constant that lists each of them. */
const MOST_LISTED = 2 ** 24;
/** The most elements of a constant that lists only the first values and repeats the last of them. */
const MOST_REPEATED = 2 ** 26;

/**
 * Returns the value of a constant. Its bytes stay in the file's buffer and are read on demand.
 *
 * @param bytes a TensorProto
 */
export function constantWeight(bytes: Uint8Array, place: string): Imported<StoredWeight> {
  const header = decodeMessage('TensorHeader', bytes, TensorHeaderSchema, place);
  if (header.kind !== 'read') return header;
  const type = elementType(header.value.dtype);
  if (type === undefined) {
    return unsupported(`${place}: tfjs has no values of type ${graphTypeName(header.value.dtype)}`);
  }
  const shape = tensorShape(header.value.tensorShape, place);
  if (shape.kind !== 'read') return shape;
  const known = { dtype: type.weight, shape: shape.value, storedType: type.name };
  const count = elementCount(shape.value);
  if (type.weight === 'string') {
    const strings = readStrings(bytes, count, place);
    if (strings.kind !== 'read') return strings;
    const { value } = strings;
    return read({ ...known, byteLength: packedBytes(value), read: async () => packStrings(value) });
  }
  if (bytes.length < count * type.bytes && count > MOST_REPEATED) {
    return malformed(`${place}: its shape [${shape.value}] is too large for what the file holds`);
  }
  return read({
    ...known,
    byteLength: count * type.weightBytes,
    read: async () => readNumbers(bytes, type, count, place),
  });
}

function readNumbers(bytes: Uint8Array, type: ElementType, count: number, place: string): Uint8Array {
  const decoded = decodeMessage('TensorProto', bytes, TensorMessageSchema, place, MOST_LISTED);
  if (decoded.kind !== 'read') throw new WeightError(decoded);
  const { tensorContent } = decoded.value;
  if (tensorContent.length > 0) {
    if (tensorContent.length === count * type.bytes) return toWeightBytes(type, tensorContent, place);
    const need = `holds ${tensorContent.length} bytes and its shape needs ${count * type.bytes}`;
    throw new WeightError(malformed(`${place} ${need}`));
  }
  const values = listedValues(decoded.value, type);
  if (values.length > count) {
    throw new WeightError(malformed(`${place} holds ${values.length} values and its shape has ${count}`));
  }
  const weight = new Uint8Array(count * type.weightBytes);
  const target = new DataView(weight.buffer);
  // Omitted values equal the last listed one.
  const last = values.at(-1) ?? 0;
  for (let index = 0; index < count; index++) {
    const value = values[index] ?? last;
    if (!setWeight(type, target, index, value)) throw misfit(type, value, place);
  }
  return weight;
}

function listedValues(tensor: TensorMessage, type: ElementType): readonly number[] {
  switch (type.name) {
    case 'DT_FLOAT':
      return tensor.floatVal;
    case 'DT_DOUBLE':
      return tensor.doubleVal;
    case 'DT_INT64':
      return tensor.int64Val.map(Number);
    case 'DT_UINT32':
      return tensor.uint32Val;
    case 'DT_UINT64':
      return tensor.uint64Val.map(Number);
    case 'DT_BOOL':
      return tensor.boolVal.map(Number);
    case 'DT_HALF':
    case 'DT_BFLOAT16':
      return tensor.halfVal.map((bits) => fromBits(type, bits));
    default:
      return tensor.intVal;
  }
}

function fromBits(type: ElementType, bits: number): number {
  const view = new DataView(new ArrayBuffer(2));
  view.setUint16(0, bits, true);
  return type.get(view, 0);
}

function readStrings(bytes: Uint8Array, count: number, place: string): Imported<Uint8Array[]> {
  const decoded = decodeMessage('TensorProto', bytes, TensorMessageSchema, place, MOST_LISTED);
  if (decoded.kind !== 'read') return decoded;
  const { stringVal, tensorContent } = decoded.value;
  if (tensorContent.length > 0) return readStringList(tensorContent, count, place);
  if (stringVal.length > count || count > MOST_REPEATED / 16) {
    return malformed(`${place} holds ${stringVal.length} strings and its shape has ${count}`);
  }
  const last = stringVal.at(-1) ?? new Uint8Array(0);
  return last.length * count > MOST_REPEATED
    ? malformed(`${place}: its strings, repeated, are too many`)
    : read(Array.from({ length: count }, (_, index) => stringVal[index] ?? last));
}
