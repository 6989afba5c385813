import type { Slice } from './slice.ts';

/**
 * Returns the key of a partitioned variable's slice in a bundle: TensorFlow's checkpoint::EncodeTensorNameSlice, in the
 * ordered encoding of strings/ordered_code.cc.
 *
 * @param name the key of the whole in the table, with a character for each byte
 */
export function sliceKey(name: string, slice: Slice): string {
  const escaped = name.replace(/[\0\xff]/g, (byte) => (byte === '\0' ? '\0\xff' : '\xff\0'));
  const extents = slice.map(({ start, length }) => signedNumber(start) + signedNumber(length ?? -1));
  return `${unsignedNumber(0)}${escaped}\0\x01${unsignedNumber(slice.length)}${extents.join('')}`;
}

/** Encodes the number of bytes and the bytes, most significant first. */
function unsignedNumber(value: number): string {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return String.fromCharCode(bytes.length, ...bytes);
}

/** Encodes as many ones as there are bytes, a zero, and the number. For negative numbers all bits are inverted. */
function signedNumber(value: number): string {
  const magnitude = BigInt(value < 0 ? -value - 1 : value);
  let length = 1;
  while (magnitude >= 1n << BigInt(7 * length - 1)) length += 1;
  const header = ((1n << BigInt(length)) - 1n) << BigInt(7 * length);
  const bits = header | magnitude;
  const bytes = Array.from({ length }, (_, index) =>
    Number((bits >> BigInt(8 * (length - 1 - index))) & 255n),
  );
  return String.fromCharCode(...bytes.map((byte) => (value < 0 ? byte ^ 255 : byte)));
}
