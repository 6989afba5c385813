/**
 * Returns the bytes of a float32 weight as numbers. They are copied only if they are not aligned.
 *
 * @param bytes little-endian, like every machine that runs Node
 */
export function float32Values(bytes: Uint8Array): Float32Array {
  // `slice` would not copy a Buffer of Node.
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Float32Array(aligned.buffer, aligned.byteOffset, Math.floor(aligned.byteLength / 4));
}
