const BITS = new DataView(new ArrayBuffer(4));

/** Returns the bits of a float32 as a signed integer of 32 bits. JSON has no infinity and no NaN. */
export function integerOfFloat(value: number): number {
  BITS.setFloat32(0, value);
  return BITS.getInt32(0);
}

/** Returns the float32 of these bits. */
export function floatOfInteger(bits: number): number {
  BITS.setInt32(0, bits);
  return BITS.getFloat32(0);
}
