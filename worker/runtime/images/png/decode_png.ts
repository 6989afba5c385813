import { expectRoom, type Pixels, refuseImage } from '../pixels.ts';
import { type PngColor, type PngFile, readPng } from './png_chunks.ts';
import { readRows } from './png_rows.ts';

export interface PngOptions {
  /** 0: those of the image. */
  readonly channels: 0 | 1 | 3 | 4;
  /** Bits of a sample of the result. */
  readonly depth: 8 | 16;
}

/** Samples of a pixel as they are stored. */
const STORED: Readonly<Record<PngColor, number>> = {
  gray: 1,
  palette: 1,
  'gray and alpha': 2,
  rgb: 3,
  rgba: 4,
};

/** Gives a sample of a pixel. */
type Sample = (pixel: number) => number;

/**
 * @param sampleBytes that the caller keeps of a sample
 * @throws ExecutionError for what is not a whole PNG image, or too large a one
 */
export function decodePng(bytes: Uint8Array, options: PngOptions, sampleBytes: number): Pixels {
  const file = readPng(bytes);
  const { header } = file;
  const { width, height } = header;
  const stored = STORED[header.color];
  const channels = options.channels === 0 ? ownChannels(file) : options.channels;
  const storedBytes = header.depth === 16 ? 4 : 2;
  expectRoom('PNG', header, stored * storedBytes + channels * (options.depth / 8 + sampleBytes));
  const samples = readRows(header, stored, file.data);
  const isAsStored = header.color !== 'palette' && header.depth === options.depth && stored === channels;
  if (isAsStored) return { frames: 1, width, height, channels, values: samples };
  const read = channelReaders(file, samples, channels);
  const values =
    options.depth === 16
      ? new Uint16Array(width * height * channels)
      : new Uint8Array(width * height * channels);
  const scale = scaling(header.color === 'palette' ? 8 : header.depth, options.depth);
  for (let pixel = 0; pixel < width * height; pixel++)
    for (let channel = 0; channel < channels; channel++)
      values[pixel * channels + channel] = scale(read[channel]?.(pixel) ?? 0);
  return { frames: 1, width, height, channels, values };
}

function ownChannels({ header, transparency }: PngFile): number {
  if (header.color !== 'palette') return STORED[header.color];
  return transparency === undefined ? 3 : 4;
}

/** From the depth of the file, gray of fewer than 8 bits being spread over all of 8, to that of the result. */
function scaling(from: number, to: 8 | 16): (value: number) => number {
  if (from === 16) return to === 16 ? (value) => value : (value) => value >> 8;
  const spread = 255 / ((1 << Math.min(from, 8)) - 1);
  return to === 16 ? (value) => value * spread * 257 : (value) => value * spread;
}

/** What gives each channel of a pixel, in the depth of the file. */
function channelReaders(file: PngFile, samples: Uint8Array | Uint16Array, channels: number): Sample[] {
  const colors = colorReaders(file, samples);
  const isGray = colors.length === 1;
  const [first] = colors;
  if (first === undefined) return [];
  const alpha = channels % 2 === 0 ? [alphaReader(file, samples)] : [];
  if (channels < 3) return [isGray ? first : luminance(colors), ...alpha];
  return [...(isGray ? [first, first, first] : colors), ...alpha];
}

function colorReaders({ header, palette }: PngFile, samples: Uint8Array | Uint16Array): Sample[] {
  const stored = STORED[header.color];
  if (header.color === 'palette') {
    const count = Math.floor(palette.length / 3);
    const colorAt = (pixel: number): number => {
      const index = samples[pixel] ?? 0;
      return index < count ? index : refuseImage('PNG', `has a pixel of color ${index}, and ${count} colors`);
    };
    return [0, 1, 2].map((channel) => (pixel) => palette[3 * colorAt(pixel) + channel] ?? 0);
  }
  const channels = stored > 2 ? [0, 1, 2] : [0];
  return channels.map((channel) => (pixel) => samples[stored * pixel + channel] ?? 0);
}

function alphaReader({ header, transparency }: PngFile, samples: Uint8Array | Uint16Array): Sample {
  const stored = STORED[header.color];
  const { color, depth } = header;
  if (stored % 2 === 0) return (pixel) => samples[stored * pixel + stored - 1] ?? 0;
  const opaque = (1 << (color === 'palette' ? 8 : depth)) - 1;
  if (transparency === undefined) return () => opaque;
  if (color === 'palette') return (pixel) => transparency[samples[pixel] ?? 0] ?? opaque;
  // One color is transparent, the others are opaque.
  const color16 = Array.from(
    { length: stored },
    (_, channel) => ((transparency[2 * channel] ?? 0) << 8) | (transparency[2 * channel + 1] ?? 0),
  );
  return (pixel) =>
    color16.every((value, channel) => samples[stored * pixel + channel] === value) ? 0 : opaque;
}

/** libpng's weights of red, green and blue for 0.299 and 0.587, of 2^15. */
const WEIGHTS = [9798, 19235, 3735] as const;

function luminance([red, green, blue]: readonly Sample[]): Sample {
  if (red === undefined || green === undefined || blue === undefined) return () => 0;
  return (pixel) => {
    const [r, g, b] = [red(pixel), green(pixel), blue(pixel)];
    return r === g && r === b ? r : (WEIGHTS[0] * r + WEIGHTS[1] * g + WEIGHTS[2] * b + 2 ** 14) >>> 15;
  };
}
