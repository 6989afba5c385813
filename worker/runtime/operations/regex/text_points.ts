import type { Points } from './machine.ts';

/** The code points of a text, with the offset of each in its bytes. The last offset is the end. */
export interface PlacedPoints {
  readonly points: Points;
  readonly offsets: Int32Array;
}

/** Decodes UTF-8. Each invalid byte becomes -1, which no pattern matches. */
export function decodePoints(bytes: Uint8Array): PlacedPoints {
  const points = new Int32Array(bytes.length);
  const offsets = new Int32Array(bytes.length + 1);
  let count = 0;
  for (let index = 0; index < bytes.length; ) {
    const length = sequenceLength(bytes, index);
    points[count] = length === 0 ? -1 : codePoint(bytes, index, length);
    offsets[count++] = index;
    index += Math.max(1, length);
  }
  offsets[count] = bytes.length;
  return { points: points.subarray(0, count), offsets: offsets.subarray(0, count + 1) };
}

/** Returns the number of bytes of the character at `start`, or 0 if no character begins there. */
function sequenceLength(bytes: Uint8Array, start: number): number {
  const first = bytes[start] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || start + length > bytes.length) return 0;
  for (let index = start + 1; index < start + length; index++)
    if (((bytes[index] ?? 0) & 0xc0) !== 0x80) return 0;
  const point = codePoint(bytes, start, length);
  const least = [0, 0, 0x80, 0x800, 0x10000][length] ?? 0;
  const isSurrogate = point >= 0xd800 && point <= 0xdfff;
  return point < least || point > 0x10ffff || isSurrogate ? 0 : length;
}

function codePoint(bytes: Uint8Array, start: number, length: number): number {
  const first = bytes[start] ?? 0;
  let point = length === 1 ? first : first & (0xff >> (length + 1));
  for (let index = start + 1; index < start + length; index++)
    point = (point << 6) | ((bytes[index] ?? 0) & 0x3f);
  return point;
}
