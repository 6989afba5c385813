import type { Quantization } from './graph.ts';

/** The numbers that quantised bytes stand for, as tfjs-core's decodeWeights computes them: four bytes each. */
export function dequantize(
  bytes: Uint8Array,
  dtype: 'float32' | 'int32',
  quantization: Quantization,
): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = quantization.dtype === 'uint8' ? 1 : 2;
  const count = bytes.length / width;
  const result = dtype === 'float32' ? new Float32Array(count) : new Int32Array(count);
  const level = (index: number) => (width === 1 ? view.getUint8(index) : view.getUint16(2 * index, true));
  for (let index = 0; index < count; index++) {
    if (quantization.dtype === 'float16') {
      result[index] = float16ToNumber(level(index));
    } else {
      const value = level(index) * quantization.scale + quantization.min;
      result[index] = dtype === 'int32' ? Math.round(value) : value;
    }
  }
  return new Uint8Array(result.buffer);
}

function float16ToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
