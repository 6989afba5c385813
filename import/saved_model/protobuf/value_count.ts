import protobuf from 'protobufjs';

const BYTES = 2;

/**
 * How many values a message has, its parts' included, as far as its type knows them: what decoding makes objects
 * of. Two bytes of a file can make a message of a hundred in memory, so this is looked at first.
 *
 * @param most counting ends above this
 * @throws where the bytes are no such message
 */
export function countValues(type: protobuf.Type, bytes: Uint8Array, most: number): number {
  return countUntil(type, protobuf.Reader.create(bytes), bytes.length, most);
}

/** None of TensorFlow's messages that are looked at contains itself, so that this ends. */
function countUntil(type: protobuf.Type, reader: protobuf.Reader, end: number, most: number): number {
  let count = 0;
  while (reader.pos < end && count <= most) {
    const tag = reader.uint32();
    const wireType = tag & 7;
    const field = type.fieldsById[tag >>> 3]?.resolve();
    if (field === undefined) {
      reader.skipType(wireType);
      continue;
    }
    count += 1;
    if (wireType !== BYTES) {
      reader.skipType(wireType);
      continue;
    }
    const length = reader.uint32();
    const fieldEnd = reader.pos + length;
    if (fieldEnd > end) throw new RangeError('a length reaches beyond the end');
    if (field.resolvedType instanceof protobuf.Type) {
      count += countUntil(field.resolvedType, reader, fieldEnd, most - count);
    } else if (field.type !== 'bytes' && field.type !== 'string') {
      // Numbers one behind the other.
      count += length / (FIXED_BYTES[field.type] ?? 1);
    }
    reader.pos = fieldEnd;
  }
  return count;
}

const FIXED_BYTES: Readonly<Record<string, number>> = { float: 4, double: 8, fixed32: 4 };
