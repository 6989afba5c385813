import { VarintReader } from '../protobuf/varint.ts';

/** The largest ratio of compression: no element of three bytes produces more than 64 bytes. */
const LARGEST_RATIO = 64;

/**
 * Decompresses Snappy's raw format, which TensorFlow has used for the blocks of bundles' indexes. Returns undefined if
 * it is malformed. The stated length is accepted only if so many bytes can produce it.
 */
export function uncompressSnappy(bytes: Uint8Array): Uint8Array | undefined {
  const reader = new VarintReader(bytes);
  const length = reader.next();
  if (length === undefined || length > bytes.length * LARGEST_RATIO) return undefined;
  const output = new Uint8Array(length);
  let written = 0;
  let at = reader.offset;

  const littleEndian = (count: number): number => {
    let value = 0;
    for (let index = 0; index < count; index++) value += (bytes[at + index] ?? 0) * 2 ** (8 * index);
    at += count;
    return value;
  };

  while (at < bytes.length) {
    const tag = bytes[at] ?? 0;
    at += 1;
    const kind = tag & 3;
    if (kind === 0) {
      const stated = tag >> 2;
      const size = (stated < 60 ? stated : littleEndian(stated - 59)) + 1;
      if (at + size > bytes.length || written + size > length) return undefined;
      output.set(bytes.subarray(at, at + size), written);
      at += size;
      written += size;
      continue;
    }
    const size = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const distance = kind === 1 ? ((tag >> 5) << 8) + littleEndian(1) : littleEndian(kind === 2 ? 2 : 4);
    if (at > bytes.length || distance === 0 || distance > written || written + size > length)
      return undefined;
    // Byte by byte, since the copy may read bytes that it has just written.
    for (let index = 0; index < size; index++) {
      output[written] = output[written - distance] ?? 0;
      written += 1;
    }
  }
  return written === length ? output : undefined;
}
