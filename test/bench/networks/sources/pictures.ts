import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { MODELS_DIRECTORY } from './shared_models.ts';

const SIZE = 224;
const CHANNELS = 3;

/** Parts of a picture: where each begins, and its size, as shares of the whole. */
const CUTS = [
  [0, 0, 1],
  [0, 0, 0.8],
  [0.2, 0, 0.8],
  [0, 0.2, 0.8],
  [0.2, 0.2, 0.8],
  [0.1, 0.1, 0.6],
] as const;

/**
 * Pictures of a cat and of a bird, their parts, and the mirror images of these: [224, 224, 3] of numbers from 0 to 1. Undefined
 * without the files.
 */
export async function pictures(): Promise<Float32Array<ArrayBuffer>[] | undefined> {
  const files = ['cat', 'bird'].map((name) => path.join(MODELS_DIRECTORY, `tflite/img_${name}_${SIZE}.bin`));
  if (!files.every((file) => existsSync(file))) return undefined;
  const all: Float32Array<ArrayBuffer>[] = [];
  for (const file of files) {
    const samples = new Uint8Array(await readFile(file));
    for (const cut of CUTS) for (const mirrored of [false, true]) all.push(partOf(samples, cut, mirrored));
  }
  return all;
}

/** The nearest pixel of the part for each of the result. */
function partOf(
  samples: Uint8Array,
  [left, top, share]: (typeof CUTS)[number],
  mirrored: boolean,
): Float32Array<ArrayBuffer> {
  const at = (start: number, index: number): number => Math.floor((start + (share * index) / SIZE) * SIZE);
  return Float32Array.from({ length: SIZE * SIZE * CHANNELS }, (_, index) => {
    const [row, place] = [Math.floor(index / (SIZE * CHANNELS)), index % (SIZE * CHANNELS)];
    const column = Math.floor(place / CHANNELS);
    const x = at(left, mirrored ? SIZE - 1 - column : column);
    return (samples[(at(top, row) * SIZE + x) * CHANNELS + (place % CHANNELS)] ?? 0) / 255;
  });
}
