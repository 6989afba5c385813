/** How the value of a field is written. Source: the encoding of protocol buffers. */
const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/** A field of a message. */
export interface Field {
  readonly number: number;
  /** True if the value is a message, a string, or a packed list: what follows its length. */
  readonly isDelimited: boolean;
  /** The bytes of the value without a length: 4 or 8 of a fixed number, 1 to 10 of a varint. */
  readonly bytes: Uint8Array;
}

/** The fields of a message in their order. Ends with undefined if the bytes are not a message. */
export function* fieldsOf(message: Uint8Array): Generator<Field | undefined> {
  let position = 0;
  while (position < message.length) {
    const tagEnd = varintEnd(message, position);
    if (tagEnd === undefined) return yield undefined;
    const tag = lowBits(message, position, tagEnd);
    const end = valueEnd(message, tag & 7, tagEnd);
    if (end === undefined || tag >>> 3 === 0) return yield undefined;
    const isDelimited = (tag & 7) === LENGTH_DELIMITED;
    const begin = isDelimited ? end.begin : tagEnd;
    yield { number: tag >>> 3, isDelimited, bytes: message.subarray(begin, end.end) };
    position = end.end;
  }
}

function valueEnd(
  message: Uint8Array,
  type: number,
  begin: number,
): { readonly begin: number; readonly end: number } | undefined {
  switch (type) {
    case VARINT: {
      const end = varintEnd(message, begin);
      return end === undefined ? undefined : { begin, end };
    }
    case FIXED_64:
    case FIXED_32: {
      const end = begin + (type === FIXED_64 ? 8 : 4);
      return end > message.length ? undefined : { begin, end };
    }
    case LENGTH_DELIMITED: {
      const lengthEnd = varintEnd(message, begin);
      if (lengthEnd === undefined || lengthEnd - begin > 5) return undefined;
      const end = lengthEnd + lowBits(message, begin, lengthEnd);
      return end > message.length ? undefined : { begin: lengthEnd, end };
    }
    // Groups went out of use before there were tf.Examples.
    default:
      return undefined;
  }
}

/** Where a varint ends that begins here; undefined if it has no end within ten bytes. */
export function varintEnd(bytes: Uint8Array, begin: number): number | undefined {
  const limit = Math.min(bytes.length, begin + 10);
  for (let index = begin; index < limit; index++) if ((bytes[index] ?? 0) < 0x80) return index + 1;
  return undefined;
}

/** The lowest 32 bits of a varint, as an unsigned number. */
function lowBits(bytes: Uint8Array, begin: number, end: number): number {
  let value = 0;
  for (let index = Math.min(end, begin + 5) - 1; index >= begin; index--)
    value = ((value << 7) | ((bytes[index] ?? 0) & 0x7f)) >>> 0;
  return value;
}

/** The value of a varint of 64 bits with a sign, or undefined if it does not fit in 32. */
export function int32Of(bytes: Uint8Array, begin: number, end: number): number | undefined {
  const low = lowBits(bytes, begin, end) | 0;
  if (end - begin < 5) return low;
  // Bits 32 to 63 have to repeat the sign.
  let value = 0n;
  for (let index = end - 1; index >= begin; index--)
    value = (value << 7n) | BigInt((bytes[index] ?? 0) & 0x7f);
  return BigInt.asIntN(64, value) === BigInt(low) ? low : undefined;
}
