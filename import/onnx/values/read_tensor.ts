import { open } from 'node:fs/promises';
import { elementCount } from '../../../worker/model/tensor.ts';
import { findModelFile } from '../../files/model_files.ts';
import type { Weight } from '../../graph/graph.ts';
import { type Imported, malformed, read, unsupported } from '../../import_result.ts';
import { toWeightBytes } from '../../tensor_values/element_type.ts';
import { packedBytes, packStrings } from '../../tensor_values/string_values.ts';
import { decodeOnnxMessage, type TensorMessage, TensorProtoSchema } from '../file/messages.ts';
import type { FileRange, InitializerParts } from '../file/skeleton.ts';
import {
  describeElementType,
  type ElementTypeName,
  elementTypeName,
  isUnsigned,
  narrowBits,
  packedBits,
  storedElement,
} from './element_types.ts';
import { MOST_ELEMENTS } from './onnx_tensor.ts';
import { storedBytes, wholeElements } from './packed_elements.ts';

/** A stored tensor, whose values are read on demand. */
export interface StoredTensor {
  readonly name: string;
  readonly type: ElementTypeName;
  readonly weight: Weight;
  /** The elements of a small one in row-major order. */
  readonly numbers?: readonly number[];
  readonly texts?: readonly string[];
}

/** Where the values of tensors are that lie in files. */
export interface TensorFiles {
  /** The directory of the model. */
  readonly directory: string;
  /** The model's file. */
  readonly path: string;
}

/** The most values that a tensor lists one by one. */
const MOST_LISTED = 2 ** 26;
/** A tensor of so many elements has at most 2 GB. */
const LARGEST = 2 ** 29;
const EXTERNAL = 1;

/** Reads a TensorProto, whose values may lie elsewhere in files. */
export async function readTensor(
  { tensor, range }: InitializerParts,
  files: TensorFiles,
  place: string,
): Promise<Imported<StoredTensor>> {
  const described = describeTensor(tensor, place);
  if (described.kind !== 'read') return described;
  const { message, type, count } = described.value;
  const isElsewhere = message.dataLocation === EXTERNAL || range !== undefined;
  if (!isElsewhere || type === 'STRING') return inlineTensor(tensor, place);
  const source =
    range === undefined
      ? await externalValues(described.value, files.directory)
      : valuesInFile(described.value, files.path, range);
  if (source.kind !== 'read') return source;
  const numbers = count <= MOST_ELEMENTS ? smallNumbers(await source.value(), type, count) : undefined;
  return read(storedTensor(described.value, source.value, numbers));
}

/** Reads a TensorProto that has its values in itself, such as one of an attribute. */
export function inlineTensor(bytes: Uint8Array, place: string): Imported<StoredTensor> {
  const described = describeTensor(bytes, place);
  if (described.kind !== 'read') return described;
  const { message, type, shape, count, named } = described.value;
  if (type === 'STRING') return stringTensor(message, shape, count, named);
  if (message.dataLocation === EXTERNAL) {
    return unsupported(`${named} has its values in another file, which is only read for initializers`);
  }
  const values = inlineValues(described.value);
  if (values.kind !== 'read') return values;
  const numbers = count <= MOST_ELEMENTS ? smallNumbers(values.value, type, count) : undefined;
  return read(storedTensor(described.value, async () => values.value, numbers));
}

/** All elements of a tensor, as numbers or texts. */
export interface StoredElements {
  readonly type: ElementTypeName;
  readonly numbers: readonly number[];
  readonly texts: readonly string[];
}

/** Reads all elements of a TensorProto that has its values in itself. */
export function inlineElements(bytes: Uint8Array, place: string): Imported<StoredElements> {
  const described = describeTensor(bytes, place);
  if (described.kind !== 'read') return described;
  const { message, type, count, named } = described.value;
  if (count > MOST_LISTED) return malformed(`${named} has ${count} elements, which are too many`);
  if (type === 'STRING') {
    const texts = message.stringData.map((text) => new TextDecoder().decode(text));
    return texts.length === count
      ? read({ type, numbers: [], texts })
      : malformed(`${named} has ${texts.length} strings and its shape needs ${count}`);
  }
  if (message.dataLocation === EXTERNAL) return unsupported(`${named} has its values in another file`);
  const values = inlineValues(described.value);
  if (values.kind !== 'read') return values;
  return read({ type, numbers: smallNumbers(values.value, type, count), texts: [] });
}

interface Described {
  readonly message: TensorMessage;
  readonly type: ElementTypeName;
  readonly shape: readonly number[];
  readonly count: number;
  /** For messages. */
  readonly named: string;
}

function describeTensor(tensor: Uint8Array, place: string): Imported<Described> {
  const decoded = decodeOnnxMessage('TensorProto', tensor, TensorProtoSchema, place, MOST_LISTED);
  if (decoded.kind !== 'read') return decoded;
  const message = decoded.value;
  const named = `${place} "${message.name}"`;
  const type = elementTypeName(message.dataType);
  if (type === undefined) {
    return unsupported(`${named} is of type ${describeElementType(message.dataType)}, which is not computed`);
  }
  const shape = message.dims.map(Number);
  if (shape.some((size) => size < 0)) return malformed(`${named} has the shape [${shape}]`);
  const count = elementCount(shape);
  if (count > LARGEST) return malformed(`${named}: its shape [${shape}] is too large`);
  return read({ message, type, shape, count, named });
}

function storedTensor(
  { message, type, shape, count, named }: Described,
  source: ReadValues,
  numbers: readonly number[] | undefined,
): StoredTensor {
  const element = storedElement(type);
  const weight: Weight = {
    dtype: element.weight,
    shape,
    byteLength: count * element.weightBytes,
    read: async () => toWeightBytes(element, await source(), named),
    ...narrowForm(type, shape, source),
  };
  return { name: message.name, type, weight, ...(numbers === undefined ? {} : { numbers }) };
}

/** Matrices and filters of up to 8 bits keep their width in the file. */
function narrowForm(
  type: ElementTypeName,
  shape: readonly number[],
  source: ReadValues,
): Pick<Weight, 'quantized'> {
  const isNarrow = (narrowBits(type) ?? Number.POSITIVE_INFINITY) <= 8;
  if (!isNarrow || shape.length < 2) return {};
  const min = isUnsigned(type) ? 0 : -128;
  return {
    quantized: {
      quantization: { dtype: 'uint8', scale: 1, min },
      byteLength: elementCount(shape),
      read: async () => (min === 0 ? source() : Uint8Array.from(await source(), (byte) => byte ^ 0x80)),
    },
  };
}

function stringTensor(
  { name, stringData }: TensorMessage,
  shape: readonly number[],
  count: number,
  place: string,
): Imported<StoredTensor> {
  if (stringData.length !== count) {
    return malformed(`${place} has ${stringData.length} strings for the shape [${shape}]`);
  }
  const weight: Weight = {
    dtype: 'string',
    shape,
    byteLength: packedBytes(stringData),
    read: async () => packStrings(stringData),
  };
  const texts = stringData.slice(0, MOST_ELEMENTS).map((bytes) => new TextDecoder().decode(bytes));
  return read({ name, type: 'STRING', weight, ...(count <= MOST_ELEMENTS ? { texts } : {}) });
}

/** Integers beyond 53 bits, such as the largest of 64 bits as an end of a slice, lose digits that do not matter there. */
function smallNumbers(bytes: Uint8Array, type: ElementTypeName, count: number): number[] {
  const element = storedElement(type);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: count }, (_, index) => element.get(view, index * element.bytes));
}

type ReadValues = () => Promise<Uint8Array>;

/** The values in little-endian form, as the message has them: raw, or listed one by one. */
function inlineValues({ message, type, count, named }: Described): Imported<Uint8Array> {
  const { rawData } = message;
  const bytes = storedBytes(type, count);
  if (rawData.length > 0 || count === 0) {
    return rawData.length === bytes
      ? read(wholeElements(rawData, type, count))
      : malformed(`${named} has ${rawData.length} bytes and its shape needs ${bytes}`);
  }
  const list = listOf(message, type);
  // One element of the list is a byte of several packed ones.
  const needed = packedBits(type) === undefined ? count : bytes;
  return list.length === needed
    ? read(wholeElements(packed(list, type), type, count))
    : malformed(`${named} has ${list.length} values and its shape needs ${needed}`);
}

function valuesInFile(
  { type, count, named }: Described,
  path: string,
  range: FileRange,
): Imported<ReadValues> {
  const bytes = storedBytes(type, count);
  return range.length === bytes
    ? read(async () => wholeElements(await readRange(path, range), type, count))
    : malformed(`${named} has ${range.length} bytes and its shape needs ${bytes}`);
}

function listOf(message: TensorMessage, type: ElementTypeName): readonly (number | bigint)[] {
  switch (type) {
    case 'FLOAT':
      return message.floatData;
    case 'DOUBLE':
      return message.doubleData;
    case 'INT64':
      return message.int64Data;
    case 'UINT32':
    case 'UINT64':
      return message.uint64Data;
    default:
      return message.int32Data;
  }
}

/** Listed values in the form of raw ones. */
function packed(list: readonly (number | bigint)[], type: ElementTypeName): Uint8Array {
  const { bytes } = storedElement(type);
  const result = new Uint8Array(list.length * bytes);
  const view = new DataView(result.buffer);
  for (const [index, value] of list.entries()) {
    const offset = index * bytes;
    if (type === 'FLOAT') view.setFloat32(offset, Number(value), true);
    else if (type === 'DOUBLE') view.setFloat64(offset, Number(value), true);
    else if (type === 'INT64') view.setBigInt64(offset, BigInt(value), true);
    else if (type === 'UINT64') view.setBigUint64(offset, BigInt(value), true);
    else if (bytes === 4) view.setUint32(offset, Number(value) >>> 0, true);
    else if (bytes === 2) view.setUint16(offset, Number(value) & 0xffff, true);
    else view.setUint8(offset, Number(value) & 0xff);
  }
  return result;
}

/** Values in a file beside the model's. */
async function externalValues(
  { message: { externalData }, type, count, named: place }: Described,
  directory: string,
): Promise<Imported<ReadValues>> {
  const bytes = storedBytes(type, count);
  const entries = new Map(externalData.map(({ key, value }) => [key, value]));
  const location = entries.get('location');
  if (location === undefined) return malformed(`${place} does not say in which file its values are`);
  const file = await findModelFile(directory, location.replace(/^\.\//, ''));
  if (file.kind !== 'read') return { ...file, message: `${place}: ${file.message}` };
  const offset = Number(entries.get('offset') ?? 0);
  const length = Number(entries.get('length') ?? bytes);
  if (!Number.isSafeInteger(offset) || offset < 0 || length !== bytes || offset + length > file.value.bytes) {
    return malformed(
      `${place} needs ${bytes} bytes, and "${location}" does not have them at byte ${offset} (it has ${file.value.bytes})`,
    );
  }
  const { absolutePath } = file.value;
  return read(async () => wholeElements(await readRange(absolutePath, { offset, length }), type, count));
}

async function readRange(path: string, { offset, length }: FileRange): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const bytes = new Uint8Array(length);
    const { bytesRead } = await file.read(bytes, 0, length, offset);
    if (bytesRead < length) throw new Error(`${path} ended early; it changed while it was being read`);
    return bytes;
  } finally {
    await file.close();
  }
}
