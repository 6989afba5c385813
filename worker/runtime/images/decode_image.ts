import { ExecutionError } from '../loaded_model.ts';
import { decodeBmp } from './decode_bmp.ts';
import { decodeGif } from './gif/decode_gif.ts';
import { type ImageFormat, imageFormat } from './image_format.ts';
import { decodeJpeg, type JpegOptions } from './jpeg/decode_jpeg.ts';
import type { Pixels } from './pixels.ts';
import { decodePng } from './png/decode_png.ts';
import { decodeWebp } from './webp/decode_webp.ts';

export interface ImageOptions {
  /** 0: those of the image. */
  readonly channels: 0 | 1 | 3 | 4;
  /** Bits of a sample of a PNG image; all others have 8. */
  readonly depth: 8 | 16;
  readonly jpeg: Omit<JpegOptions, 'channels'>;
  /** Frames of an animation that are decoded. */
  readonly mostFrames: number;
  /** What the caller keeps of a sample. Bytes. */
  readonly sampleBytes: number;
}

/** What TensorFlow decodes JPEG images with where nothing else is said. */
export const JPEG_DEFAULTS: ImageOptions['jpeg'] = { isAccurate: false, isSmooth: true, ratio: 1 };

/** The channels that each format is decoded to. */
const CHANNELS: Readonly<Record<ImageFormat, readonly number[]>> = {
  JPEG: [0, 1, 3],
  PNG: [0, 1, 3, 4],
  GIF: [0, 3],
  BMP: [0, 3, 4],
  WebP: [0],
};

/** @throws ExecutionError for a file that is not a whole image of a format that is decoded */
export function formatOf(bytes: Uint8Array): ImageFormat {
  if (bytes.length === 0) throw new ExecutionError('the image is empty');
  const format = imageFormat(bytes);
  if (format === undefined)
    throw new ExecutionError('the bytes are no image: JPEG, PNG, GIF, BMP and WebP are decoded');
  return format;
}

/**
 * Decodes a file with TensorFlow's values. The size that its header states is checked before anything is decoded.
 *
 * @throws ExecutionError for a file that is no image, damaged, cut off or too large
 */
export function decodeImage(bytes: Uint8Array, options: ImageOptions): Pixels {
  const format = formatOf(bytes);
  const { channels, depth, jpeg, mostFrames, sampleBytes } = options;
  if (!CHANNELS[format].includes(channels))
    throw new ExecutionError(`a ${format} image is not decoded to ${channels} channels`);
  switch (format) {
    case 'JPEG':
      return decodeJpeg(bytes, { ...jpeg, channels: channels === 4 ? 0 : channels }, sampleBytes);
    case 'PNG':
      return decodePng(bytes, { channels, depth }, sampleBytes);
    case 'GIF':
      return decodeGif(bytes, mostFrames, sampleBytes);
    case 'BMP':
      return decodeBmp(bytes, channels === 1 ? 0 : channels, sampleBytes);
    case 'WebP':
      return decodeWebp(bytes, sampleBytes);
  }
}
