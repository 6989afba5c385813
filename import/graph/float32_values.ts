/**
 * The bytes of a float32 weight as numbers, copied only where they do not lie as a Float32Array needs them.
 *
 * @param bytes little-endian, as every machine that Node runs on has them
 */
export function float32Values(bytes: Uint8Array): Float32Array {
  // Not by slice, which in Node's Buffer copies nothing.
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Float32Array(aligned.buffer, aligned.byteOffset, Math.floor(aligned.byteLength / 4));
}
