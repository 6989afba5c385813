import protobuf from 'protobufjs';

const BYTES = 2;

/**
 * Counts the values of a message and its parts that its type knows, each of which decoding turns into an object. Two
 * bytes of a file can become a hundred bytes in memory, so that the count is checked before decoding.
 *
 * @param most the count ends above this number
 * @throws if the bytes are not such a message
 */
export function countValues(type: protobuf.Type, bytes: Uint8Array, most: number): number {
  return countUntil(type, protobuf.Reader.create(bytes), bytes.length, most);
}

/** The recursion ends, since none of these messages contains itself. */
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
      // Packed numbers.
      count += length / (FIXED_BYTES[field.type] ?? 1);
    }
    reader.pos = fieldEnd;
  }
  return count;
}

const FIXED_BYTES: Readonly<Record<string, number>> = { float: 4, double: 8, fixed32: 4 };
