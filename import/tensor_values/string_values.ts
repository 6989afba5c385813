import { STRING_LENGTH_BYTES } from '../../worker/model/dtype.ts';

/** Encodes strings as in tfjs's files of weights: each after its length. */
export function packStrings(strings: readonly Uint8Array[]): Uint8Array {
  const packed = new Uint8Array(packedBytes(strings));
  const view = new DataView(packed.buffer);
  let offset = 0;
  for (const string of strings) {
    view.setUint32(offset, string.length, true);
    packed.set(string, offset + STRING_LENGTH_BYTES);
    offset += STRING_LENGTH_BYTES + string.length;
  }
  return packed;
}

export function packedBytes(strings: readonly Uint8Array[]): number {
  return strings.reduce((bytes, string) => bytes + STRING_LENGTH_BYTES + string.length, 0);
}

/** Decodes the result of `packStrings`. */
export function unpackStrings(packed: Uint8Array): Uint8Array[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const strings: Uint8Array[] = [];
  for (let offset = 0; offset < packed.length; ) {
    const length = view.getUint32(offset, true);
    strings.push(packed.subarray(offset + STRING_LENGTH_BYTES, offset + STRING_LENGTH_BYTES + length));
    offset += STRING_LENGTH_BYTES + length;
  }
  return strings;
}
