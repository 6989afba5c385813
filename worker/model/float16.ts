/** Returns the value of an IEEE 754 half-precision number from its 16 bits. */
export function float16ToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Above this a value rounds to infinity in half precision. */
export const FLOAT16_LIMIT = 65520;

/** Returns the 16 bits of the IEEE 754 half-precision number nearest to a value, ties to even. */
export function numberToFloat16(value: number): number {
  float[0] = value;
  const source = bits[0] ?? 0;
  const sign = (source >>> 16) & 0x8000;
  const exponent = (source >>> 23) & 0xff;
  const fraction = source & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200);
  const scale = exponent - 127 + 15;
  if (scale >= 31) return sign | 0x7c00;
  if (scale <= 0) {
    if (scale < -10) return sign;
    return sign | roundToEven(fraction | 0x800000, 14 - scale);
  }
  // A fraction that overflows into the exponent yields the next power of two, or infinity, as it must.
  return sign + roundToEven((scale << 23) | fraction, 13);
}

function roundToEven(value: number, shift: number): number {
  const kept = value >>> shift;
  const rest = value & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}
