import type { KernelCall } from '../../gate/kernel_call.ts';
import { makeOutput, type PlainKernel, valuesOf } from '../javascript_kernel.ts';

/** One pixel of a result, along one dimension: the pixels that it is made of, and their weights. */
export interface Mix {
  readonly places: readonly number[];
  readonly weights: readonly number[];
}

/** What the pixels of a result are made of, along the height (0) or the width (1). */
type Mixes = (call: KernelCall, size: number, newSize: number, axis: 0 | 1) => readonly Mix[];

/** Along each dimension a pixel is a sum of pixels, in float64. The height is summed up first. */
export function resizing(mixes: Mixes): PlainKernel {
  return (backend, call, [output]) => {
    const images = call.tensor('images');
    const [batch = 0, height = 0, width = 0, channels = 0] = images.shape;
    const result = makeOutput(backend, output);
    const [, newHeight = 0, newWidth = 0] = result.shape;
    const rows = mixes(call, height, newHeight, 0);
    const columns = mixes(call, width, newWidth, 1);
    const pixels = valuesOf(backend, images);
    const resized = valuesOf(backend, result);
    const line = new Float64Array(width * channels);
    let to = 0;
    for (let image = 0; image < batch; image++)
      for (const row of rows) {
        sumRows(line, pixels.subarray(image * height * line.length), row);
        for (const { places, weights } of columns)
          for (let channel = 0; channel < channels; channel++) {
            let sum = 0;
            for (let index = 0; index < places.length; index++)
              sum += (line[(places[index] ?? 0) * channels + channel] ?? 0) * (weights[index] ?? 0);
            resized[to++] = sum;
          }
      }
    return result;
  };
}

function sumRows(line: Float64Array, pixels: ArrayLike<number>, { places, weights }: Mix): void {
  line.fill(0);
  for (const [index, place] of places.entries()) {
    const weight = weights[index] ?? 0;
    const start = place * line.length;
    for (let element = 0; element < line.length; element++)
      line[element] = (line[element] ?? 0) + (pixels[start + element] ?? 0) * weight;
  }
}
