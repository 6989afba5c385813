import { concatenated } from '../concatenated.ts';
import { expectRoom, type Pixels, refuseImage } from '../pixels.ts';
import { type GifFrame, readGifFrames } from './gif_frames.ts';
import { decompressIndices } from './lzw.ts';

const CHANNELS = 3;

/**
 * Decodes frames onto each other, as TensorFlow does: the canvas is as large as the largest frame, black at first, and what
 * a frame leaves free is as the frame before it left it.
 *
 * @param most frames that are decoded
 * @param sampleBytes that the caller keeps of a sample
 * @throws ExecutionError for what is not a whole GIF image, or too large a one
 */
export function decodeGif(bytes: Uint8Array, most: number, sampleBytes: number): Pixels {
  const frames = readGifFrames(bytes, most);
  const width = Math.max(...frames.map((frame) => frame.width));
  const height = Math.max(...frames.map((frame) => frame.height));
  // Indices of one frame, and samples of all.
  expectRoom('GIF', { width, height }, 1 + frames.length * CHANNELS * (1 + sampleBytes));
  const frameSize = width * height * CHANNELS;
  const values = new Uint8Array(frames.length * frameSize);
  for (const [number, frame] of frames.entries()) {
    const start = number * frameSize;
    if (number > 0) values.copyWithin(start, start - frameSize, start);
    draw(frame, values.subarray(start, start + frameSize), width, height);
  }
  return { frames: frames.length, width, height, channels: CHANNELS, values };
}

function draw(frame: GifFrame, canvas: Uint8Array, width: number, height: number): void {
  if (frame.width === 0 || frame.height === 0) return;
  const { palette, transparent } = frame;
  const colors = palette.length / CHANNELS;
  const indices = decompressIndices(concatenated(frame.blocks), frame.indexBits, frame.width * frame.height);
  const rows = rowOrder(frame);
  for (let stored = 0; stored < frame.height; stored++) {
    const y = frame.top + (rows[stored] ?? 0);
    if (y >= height) continue;
    for (let column = 0; column < frame.width; column++) {
      const x = frame.left + column;
      const index = indices[stored * frame.width + column] ?? 0;
      if (x >= width || index === transparent) continue;
      if (index >= colors) refuseImage('GIF', `has a pixel of color ${index}, and ${colors} colors`);
      const place = CHANNELS * (y * width + x);
      for (let channel = 0; channel < CHANNELS; channel++)
        canvas[place + channel] = palette[CHANNELS * index + channel] ?? 0;
    }
  }
}

/** First row and step of the four passes of an interlaced frame. */
const PASSES = [
  [0, 8],
  [4, 8],
  [2, 4],
  [1, 2],
] as const;

/** Where each stored row belongs. */
function rowOrder({ height, isInterlaced }: GifFrame): number[] {
  if (!isInterlaced) return Array.from({ length: height }, (_, row) => row);
  return PASSES.flatMap(([first, step]) =>
    Array.from({ length: Math.max(0, Math.ceil((height - first) / step)) }, (_, row) => first + row * step),
  );
}
