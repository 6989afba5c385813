import { expectRoom, type Pixels, refuseImage } from './pixels.ts';

const LEAST_BYTES = 32;
/** Rows begin at multiples of this. Bytes. */
const ROW_ALIGNMENT = 4;

/**
 * Decodes samples of 8 bits that are not compressed: gray, BGR or BGRA. As in TensorFlow, 8 bits are gray, whatever the
 * palette says.
 *
 * @param channels of the result; 0: those of the image
 * @param sampleBytes that the caller keeps of a sample
 * @throws ExecutionError for what is not a whole BMP image of these kinds, or too large a one
 */
export function decodeBmp(bytes: Uint8Array, channels: 0 | 3 | 4, sampleBytes: number): Pixels {
  if (bytes.length < LEAST_BYTES) refuseImage('BMP', 'is cut off in its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = view.getInt32(10, true);
  const width = view.getInt32(18, true);
  const signedHeight = view.getInt32(22, true);
  const height = Math.abs(signedHeight);
  const bits = view.getInt16(28, true);
  const stored = bits / 8;
  if (stored !== 1 && stored !== 3 && stored !== 4)
    refuseImage('BMP', `has pixels of ${bits} bits, and 8, 24 and 32 are decoded`);
  if (start < 0 || width < 0) refuseImage('BMP', 'is damaged: its header has sizes below 0');
  const count = channels === 0 ? stored : channels;
  expectRoom('BMP', { width, height }, count * (1 + sampleBytes));
  const rowBytes = Math.ceil((stored * width) / ROW_ALIGNMENT) * ROW_ALIGNMENT;
  if (start + rowBytes * height > bytes.length)
    refuseImage(
      'BMP',
      `is cut off: its pixels take ${rowBytes * height} bytes, and it has ${Math.max(0, bytes.length - start)}`,
    );
  const values = new Uint8Array(width * height * count);
  for (let y = 0; y < height; y++) {
    // Rows go up, unless the height is negative.
    const row = start + rowBytes * (signedHeight < 0 ? y : height - 1 - y);
    for (let x = 0; x < width; x++) {
      const source = row + x * stored;
      const target = (y * width + x) * count;
      for (let channel = 0; channel < Math.min(count, 3); channel++)
        values[target + channel] = bytes[stored === 1 ? source : source + 2 - channel] ?? 0;
      if (count === 4) values[target + 3] = stored === 4 ? (bytes[source + 3] ?? 0) : 255;
    }
  }
  return { frames: 1, width, height, channels: count, values };
}
