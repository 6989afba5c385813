import { type ElementTypeName, isUnsigned, packedBits, storedElement } from './element_types.ts';

/** How many bytes a file has for so many elements. */
export function storedBytes(type: ElementTypeName, count: number): number {
  const bits = packedBits(type);
  return bits === undefined ? count * storedElement(type).bytes : Math.ceil((count * bits) / 8);
}

/** Elements of a file with whole bytes for each, as `storedElement` reads them. The first is in the lowest bits of a byte. */
export function wholeElements(bytes: Uint8Array, type: ElementTypeName, count: number): Uint8Array {
  const bits = packedBits(type);
  if (bits === undefined) return bytes;
  const perByte = 8 / bits;
  return Uint8Array.from({ length: count }, (_, index) => {
    const byte = bytes[Math.floor(index / perByte)] ?? 0;
    const value = (byte >> ((index % perByte) * bits)) & (2 ** bits - 1);
    const isNegative = !isUnsigned(type) && value >= 2 ** (bits - 1);
    return isNegative ? value - 2 ** bits : value;
  });
}
