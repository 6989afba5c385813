import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';

export interface GivenTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** The values of inputs: of one generator for all of them in their order, or the samples of a picture. */
export async function valuesOf(
  inputs: readonly (GivenTensor & { readonly first: readonly number[] })[],
  kind: string,
  directory: string,
): Promise<Float32Array[]> {
  const random = mulberry32(7);
  const values: Float32Array[] = [];
  for (const { dtype, shape, first } of inputs) {
    const count = shape.reduce((product, size) => product * size, 1);
    const numbers =
      kind === 'random'
        ? Float32Array.from({ length: count }, () => numberOf(dtype, random()))
        : Float32Array.from(await readFile(path.join(directory, `img_${kind}_${shape[1]}.bin`)), (sample) =>
            dtype === 'int8' ? sample - 128 : sample,
          );
    // The generator here is the one that the answers were made with.
    for (const [index, value] of first.entries()) expect(numbers[index]).toBeCloseTo(value, 5);
    values.push(numbers);
  }
  return values;
}

function numberOf(dtype: string, uniform: number): number {
  switch (dtype) {
    case 'float32':
      return uniform;
    case 'int8':
      return Math.floor(256 * uniform) - 128;
    case 'uint8':
      return Math.floor(256 * uniform);
    case 'int16':
      return Math.floor(65536 * uniform) - 32768;
    default:
      return Math.floor(5 * uniform);
  }
}

/** A generator of 32 bits of state, by Tommy Ettinger. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
