import { expectRoom, hasRoom, type ImageSize, type Pixels, refuseImage } from '../pixels.ts';
import { type JpegHeader, readJpegHeader } from './jpeg_header.ts';
import { decompress } from './libjpeg.ts';

export interface JpegOptions {
  /** 0: those of the image. */
  readonly channels: 0 | 1 | 3;
  /** TensorFlow's default is the fast transform, whose samples differ by a few units from the accurate one's. */
  readonly isAccurate: boolean;
  /** Whether chroma is interpolated where it has fewer samples. */
  readonly isSmooth: boolean;
  /** Whether an image that is cut off is decoded as far as it goes. */
  readonly takesPart?: boolean;
  /** By how much the image is scaled down: 1, 2, 4 or 8. */
  readonly ratio: number;
  /** An image that is too large may be scaled down further, if it stays as large as this. */
  readonly atLeast?: ImageSize;
}

const COEFFICIENT_BYTES = 2;
/** Encoders make ten or so; each takes as long as an image of one. */
const MOST_SCANS = 50;
/** TurboJPEG's numbers. */
const FORMATS = { rgb: 0, gray: 6, cmyk: 11 } as const;
const FAST_UPSAMPLING = 256;
const FAST_TRANSFORM = 2048;

/**
 * @param sampleBytes that the caller keeps of a sample
 * @throws ExecutionError for what is not a whole JPEG image, or too large a one
 */
export function decodeJpeg(bytes: Uint8Array, options: JpegOptions, sampleBytes: number): Pixels {
  const header = readJpegHeader(bytes);
  const { components } = header;
  const channels = options.channels === 0 ? Math.min(components, 3) : options.channels;
  const format = channels === 1 ? 'gray' : components === 4 ? 'cmyk' : 'rgb';
  if (channels === 2) refuseImage('JPEG', `has ${components} components`);
  const samples = format === 'cmyk' ? 4 : channels;
  if (header.scans > MOST_SCANS) refuseImage('JPEG', `has ${header.scans} scans, and may have ${MOST_SCANS}`);
  // Of more than one scan, all coefficients are in memory before the first pixel is there.
  const isKept = header.isProgressive || header.scans > 1;
  const coefficients = isKept ? COEFFICIENT_BYTES * header.coefficients : 0;
  const bytesAt = (ratio: number): number => coefficients + (samples + channels * sampleBytes) / ratio ** 2;
  const ratio = fittingRatio(header, options, bytesAt);
  expectRoom('JPEG', header, bytesAt(ratio));
  const { width, height } = scaled(header, ratio);
  const result = decompress(bytes, {
    width,
    height,
    channels: samples,
    pixelFormat: FORMATS[format],
    flags: (options.isAccurate ? 0 : FAST_TRANSFORM) | (options.isSmooth ? 0 : FAST_UPSAMPLING),
  });
  if (result.kind === 'failed') refuseImage('JPEG', `cannot be decoded: ${result.reason}`);
  // Of other damage TensorFlow says nothing either.
  const isCutOff = result.warning !== undefined && /premature end/i.test(result.warning);
  if (isCutOff && options.takesPart !== true) refuseImage('JPEG', `is cut off: ${result.warning}`);
  const values = format === 'cmyk' ? rgbOfInks(result.values, header) : result.values;
  return { frames: 1, width, height, channels, values };
}

/** The first ratio at which there is room; the one that is asked for where no other may be taken. */
function fittingRatio(
  header: JpegHeader,
  { ratio, atLeast }: JpegOptions,
  bytesAt: (ratio: number) => number,
): number {
  if (atLeast === undefined) return ratio;
  const isLarge = (each: number): boolean => {
    const { width, height } = scaled(header, each);
    return width >= atLeast.width && height >= atLeast.height;
  };
  return [ratio, 2, 4, 8].find((each) => hasRoom(header, bytesAt(each)) && isLarge(each)) ?? ratio;
}

function scaled({ width, height }: ImageSize, ratio: number): ImageSize {
  return { width: Math.ceil(width / ratio), height: Math.ceil(height / ratio) };
}

/** As TensorFlow converts cyan, magenta, yellow and black. */
function rgbOfInks(inks: Uint8Array, { hasAdobeMarker }: JpegHeader): Uint8Array {
  const light = hasAdobeMarker ? (ink: number) => ink : (ink: number) => 255 - ink;
  const rgb = new Uint8Array((inks.length / 4) * 3);
  for (let pixel = 0; pixel < rgb.length / 3; pixel++) {
    const black = light(inks[4 * pixel + 3] ?? 0);
    for (let channel = 0; channel < 3; channel++)
      rgb[3 * pixel + channel] = Math.floor((black * light(inks[4 * pixel + channel] ?? 0)) / 255);
  }
  return rgb;
}
