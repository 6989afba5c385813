/** A field of a protocol buffer, with its bytes if it is length-delimited. */
export interface Field {
  readonly number: number;
  readonly wireType: number;
  /** The available bytes, since a file may have been read in part. */
  readonly bytes: Uint8Array | undefined;
  /** True if the whole field is available. */
  readonly complete: boolean;
}

const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/**
 * Returns the available fields at the beginning of a message, which suffice to distinguish kinds of messages without
 * their definitions.
 *
 * @returns undefined if the bytes are not a protocol buffer
 */
export function scanFields(bytes: Uint8Array, most: number): Field[] | undefined {
  const fields: Field[] = [];
  let offset = 0;
  while (offset < bytes.length && fields.length < most) {
    const tag = readVarint(bytes, offset);
    if (tag === undefined) return fields.length > 0 ? fields : undefined;
    const number = Math.floor(tag.value / 8);
    const wireType = tag.value % 8;
    if (number === 0) return undefined;
    offset = tag.end;
    switch (wireType) {
      case VARINT: {
        const value = readVarint(bytes, offset);
        if (value === undefined) return undefined;
        offset = value.end;
        fields.push({ number, wireType, bytes: undefined, complete: true });
        break;
      }
      case LENGTH_DELIMITED: {
        const length = readVarint(bytes, offset);
        if (length === undefined) return undefined;
        offset = length.end + length.value;
        fields.push({
          number,
          wireType,
          bytes: bytes.subarray(length.end, offset),
          complete: offset <= bytes.length,
        });
        break;
      }
      case FIXED_32:
      case FIXED_64:
        offset += wireType === FIXED_32 ? 4 : 8;
        fields.push({ number, wireType, bytes: undefined, complete: offset <= bytes.length });
        break;
      default:
        return undefined;
    }
  }
  return fields;
}

function readVarint(bytes: Uint8Array, offset: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let index = 0; index < 10; index++) {
    const byte = bytes[offset + index];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, end: offset + index + 1 };
  }
  return undefined;
}
