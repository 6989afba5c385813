import { elementCount } from '../../../worker/model/tensor.ts';
import type { NodeBuilder } from '../../builder/node_builder.ts';
import { unsupported } from '../../import_result.ts';
import { packedBytes, packStrings } from '../../tensor_values/string_values.ts';
import { refuseMalformed, TfliteRefusal } from '../conversion/refusal.ts';
import { FileBytes, type FileRange } from '../file/file_bytes.ts';
import type { TensorMessage } from '../file/model.ts';
import { storedCount } from '../file/sparsity.ts';
import { densify } from './densify.ts';
import { dataTypeOf } from './element_types.ts';
import { elementOf, numbersIn, type StoredTensor, weightOf } from './stored_tensor.ts';
import { MOST_ELEMENTS, type TfliteTensor, typed } from './tflite_tensor.ts';

/** A sparse tensor has at most so many bytes for each of the file, and more. */
const MOST_SPARSE = { factor: 512, more: 2 ** 24 };

/** Makes the constant of a file one of the graph. @throws TfliteRefusal */
export function readConstant(
  g: NodeBuilder,
  file: FileBytes,
  message: TensorMessage,
  values: FileRange,
): TfliteTensor {
  const { name, type, shape, quantization } = message;
  const named = `constant "${name}"`;
  if (dataTypeOf(type) === undefined)
    throw new TfliteRefusal(unsupported(`${named} is of type ${type}, which is not computed`));
  if (type === 'STRING') return stringConstant(g, message, file.bytes(values), named);
  const decode = decoder(file, message, values, named);
  const { path } = file;
  const stored: StoredTensor = {
    type,
    shape,
    named,
    read: () => FileBytes.within(path, async (again) => decode(again.bytes(values))),
  };
  const isSmall = elementCount(shape) <= MOST_ELEMENTS;
  const tensor = typed(g.constant(name === '' ? 'constant' : name, weightOf(stored)), type, {
    ...(quantization === undefined ? {} : { quantization }),
    ...(isSmall ? { elements: numbersIn(stored, decode(file.bytes(values))) } : {}),
  });
  return { ...tensor, stored };
}

/** Checks that the file has the values of the shape. @returns what makes them elements that lie one behind the other */
function decoder(
  file: FileBytes,
  { shape, sparsity, type }: TensorMessage,
  values: FileRange,
  named: string,
): (raw: Uint8Array) => Uint8Array {
  const whole = elementCount(shape);
  const { bytes: width } = elementOf(type);
  if (sparsity !== undefined && whole * width > file.size * MOST_SPARSE.factor + MOST_SPARSE.more)
    refuseMalformed(`${named}: its shape [${shape}] is too large for what the file stores of it`);
  const count = sparsity === undefined ? whole : (storedCount(sparsity, shape) ?? 0);
  const bytes = type === 'INT4' ? Math.ceil(count / 2) : count * width;
  if (values.length !== bytes)
    refuseMalformed(`${named} has ${values.length} bytes and its shape [${shape}] needs ${bytes}`);
  return (raw) => {
    const elements = type === 'INT4' ? unpackHalves(raw, count) : raw;
    return sparsity === undefined ? elements : densify(sparsity, shape, elements, width);
  };
}

/** Integers of four bits as such of eight. The first of two is in the lower half of the byte. */
function unpackHalves(bytes: Uint8Array, count: number): Uint8Array {
  const result = new Int8Array(count);
  for (let index = 0; index < count; index++) {
    const byte = bytes[index >> 1] ?? 0;
    result[index] = ((index % 2 === 0 ? byte << 4 : byte) << 24) >> 28;
  }
  return new Uint8Array(result.buffer);
}

/** Strings lie behind their number and the offsets of their beginnings, and that of the end. Source: string_util.h. */
function stringConstant(
  g: NodeBuilder,
  { name, shape }: TensorMessage,
  bytes: Uint8Array,
  named: string,
): TfliteTensor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.length < 4 ? 0 : view.getInt32(0, true);
  const header = 4 + 4 * (count + 1);
  if (count !== elementCount(shape) || header > bytes.length)
    refuseMalformed(`${named} has ${count} strings for the shape [${shape}]`);
  const offsets = Array.from({ length: count + 1 }, (_, index) => view.getInt32(4 + 4 * index, true));
  const strings = offsets.slice(1).map((end, index) => {
    const begin = offsets[index] ?? 0;
    if (begin < header || end < begin || end > bytes.length)
      refuseMalformed(`${named} has a string that is not within it`);
    return bytes.slice(begin, end);
  });
  const weight = {
    dtype: 'string' as const,
    shape,
    byteLength: packedBytes(strings),
    read: async () => packStrings(strings),
  };
  const texts = strings.map((string) => new TextDecoder().decode(string));
  return typed(
    g.constant(name === '' ? 'constant' : name, weight),
    'STRING',
    count <= MOST_ELEMENTS ? { texts } : {},
  );
}
