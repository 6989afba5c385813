import { concatenated } from '../concatenated.ts';
import { refuseImage } from '../pixels.ts';
import { InflateError, inflate } from './inflate.ts';
import type { PngHeader } from './png_chunks.ts';

/** A part of an image that is stored by itself: all of it, or one of the seven passes of an interlaced image. */
interface Pass {
  readonly width: number;
  readonly height: number;
  readonly column: number;
  readonly row: number;
  readonly columnStep: number;
  readonly rowStep: number;
}

/** First column and row of each pass of Adam7, and the steps from there. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

function passesOf({ width, height, isInterlaced }: PngHeader): Pass[] {
  if (!isInterlaced) return [{ width, height, column: 0, row: 0, columnStep: 1, rowStep: 1 }];
  return ADAM7.map(([column, row, columnStep, rowStep]) => ({
    width: Math.ceil((width - column) / columnStep),
    height: Math.ceil((height - row) / rowStep),
    column,
    row,
    columnStep,
    rowStep,
  })).filter((pass) => pass.width > 0 && pass.height > 0);
}

/**
 * Inflates and unfilters the rows of an image.
 *
 * @param channels samples of a pixel as they are stored
 * @returns the samples in row-major order, not scaled: [height, width, channels]
 * @throws ExecutionError for data that is too short or damaged
 */
export function readRows(
  header: PngHeader,
  channels: number,
  data: readonly Uint8Array[],
): Uint8Array | Uint16Array {
  const { width, height, depth } = header;
  const passes = passesOf(header);
  const rowBytes = (pass: Pass): number => Math.ceil((pass.width * channels * depth) / 8);
  const expected = passes.reduce((sum, pass) => sum + pass.height * (1 + rowBytes(pass)), 0);
  const bytes = inflated(data, expected);
  const size = width * height * channels;
  const samples = depth === 16 ? new Uint16Array(size) : new Uint8Array(size);
  const pixelBytes = Math.max(1, (channels * depth) / 8);
  let at = 0;
  for (const pass of passes) {
    const length = rowBytes(pass);
    let above: Uint8Array = new Uint8Array(length);
    for (let y = 0; y < pass.height; y++) {
      const row = bytes.subarray(at + 1, at + 1 + length);
      unfilter(bytes[at] ?? 0, row, above, pixelBytes);
      const start = (pass.row + y * pass.rowStep) * width + pass.column;
      spread(row, depth, pass, channels, samples, start);
      above = row;
      at += 1 + length;
    }
  }
  return samples;
}

/** As many bytes as the rows have. What follows them is not looked at. */
function inflated(data: readonly Uint8Array[], expected: number): Uint8Array {
  const bytes = new Uint8Array(expected);
  try {
    const length = inflate(concatenated(data), bytes);
    if (length < expected)
      refuseImage('PNG', `is cut off: it has ${length} of the ${expected} bytes of its rows`);
  } catch (error) {
    if (error instanceof InflateError) refuseImage('PNG', `is damaged: its compressed data ${error.message}`);
    throw error;
  }
  return bytes;
}

/** Reverses the filter of a row in place. @param above the row before it; zeros for the first one */
function unfilter(filter: number, row: Uint8Array, above: Uint8Array, pixelBytes: number): void {
  const { length } = row;
  switch (filter) {
    case 0:
      return;
    case 1:
      for (let x = pixelBytes; x < length; x++) row[x] = (row[x] ?? 0) + (row[x - pixelBytes] ?? 0);
      return;
    case 2:
      for (let x = 0; x < length; x++) row[x] = (row[x] ?? 0) + (above[x] ?? 0);
      return;
    case 3:
      for (let x = 0; x < pixelBytes; x++) row[x] = (row[x] ?? 0) + ((above[x] ?? 0) >> 1);
      for (let x = pixelBytes; x < length; x++)
        row[x] = (row[x] ?? 0) + (((row[x - pixelBytes] ?? 0) + (above[x] ?? 0)) >> 1);
      return;
    case 4:
      for (let x = 0; x < pixelBytes; x++) row[x] = (row[x] ?? 0) + (above[x] ?? 0);
      for (let x = pixelBytes; x < length; x++)
        row[x] = (row[x] ?? 0) + nearest(row[x - pixelBytes] ?? 0, above[x] ?? 0, above[x - pixelBytes] ?? 0);
      return;
    default:
      refuseImage('PNG', `is damaged: a row has the filter ${filter}`);
  }
}

/** Paeth's predictor: which of three neighbors is nearest to their linear prediction. */
function nearest(left: number, above: number, aboveLeft: number): number {
  const toLeft = Math.abs(above - aboveLeft);
  const toAbove = Math.abs(left - aboveLeft);
  const toBoth = Math.abs(left + above - 2 * aboveLeft);
  if (toLeft <= toAbove && toLeft <= toBoth) return left;
  return toAbove <= toBoth ? above : aboveLeft;
}

/** Puts the samples of a stored row in their places. @param start the pixel where the row begins */
function spread(
  row: Uint8Array,
  depth: number,
  { width, columnStep }: Pass,
  channels: number,
  samples: Uint8Array | Uint16Array,
  start: number,
): void {
  if (depth === 8 && columnStep === 1) {
    samples.set(row, start * channels);
    return;
  }
  for (let x = 0; x < width; x++) {
    const target = (start + x * columnStep) * channels;
    for (let channel = 0; channel < channels; channel++)
      samples[target + channel] = sampleAt(row, x * channels + channel, depth);
  }
}

function sampleAt(row: Uint8Array, index: number, depth: number): number {
  if (depth === 8) return row[index] ?? 0;
  if (depth === 16) return ((row[2 * index] ?? 0) << 8) | (row[2 * index + 1] ?? 0);
  const bit = index * depth;
  return ((row[bit >> 3] ?? 0) >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
}
