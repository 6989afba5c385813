import { type Imported, malformed, read } from '../../../import_result.ts';
import { VarintReader } from '../../protobuf/varint.ts';

/** Reads strings from a TensorProto's content: the lengths of all, then all strings. */
export function readStringList(bytes: Uint8Array, count: number, place: string): Imported<Uint8Array[]> {
  const lengths = readLengths(bytes, count);
  const total = lengths?.values.reduce((sum, length) => sum + length, 0);
  if (lengths === undefined || total !== bytes.length - lengths.end) {
    return malformed(`${place}: its ${count} strings and their lengths do not agree`);
  }
  let offset = lengths.end;
  return read(
    lengths.values.map((length) => {
      offset += length;
      return bytes.subarray(offset - length, offset);
    }),
  );
}

/**
 * Reads the lengths at the beginning of a list of strings. Returns them with the offset of their end, or undefined if
 * there are too few.
 */
export function readLengths(
  bytes: Uint8Array,
  count: number,
): { readonly values: number[]; readonly end: number } | undefined {
  if (count > bytes.length) return undefined;
  const reader = new VarintReader(bytes);
  const values: number[] = [];
  for (let index = 0; index < count; index++) {
    const length = reader.next();
    if (length === undefined) return undefined;
    values.push(length);
  }
  return { values, end: reader.offset };
}
