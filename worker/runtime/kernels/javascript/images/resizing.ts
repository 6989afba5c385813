import type { KernelCall } from '../../gate/kernel_call.ts';
import { makeOutput, type PlainKernel, valuesOf } from '../javascript_kernel.ts';

const { fround } = Math;

/** One pixel of a result, along one dimension: the pixels that it is made of, and their weights. */
interface Mix {
  readonly places: readonly number[];
  readonly weights: readonly number[];
}

/** Along each dimension a pixel is a sum of pixels, in float64. The height is summed up first. */
function resizing(mixes: (call: KernelCall, size: number, newSize: number) => readonly Mix[]): PlainKernel {
  return (backend, call, [output]) => {
    const images = call.tensor('images');
    const [batch = 0, height = 0, width = 0, channels = 0] = images.shape;
    const result = makeOutput(backend, output);
    const [, newHeight = 0, newWidth = 0] = result.shape;
    const rows = mixes(call, height, newHeight);
    const columns = mixes(call, width, newWidth);
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

function scaleOf(call: KernelCall, size: number, newSize: number): number {
  return fround(call.flag('alignCorners') && newSize > 1 ? (size - 1) / (newSize - 1) : size / newSize);
}

/** TensorFlow looks its cubic up in a table of so many steps. */
const STEPS = 1024;

/** The weights of the nearest pixel, and of the one behind it, at a distance of so many steps. */
function cubic(a: number, step: number): readonly [near: number, far: number] {
  const x = fround(step / STEPS);
  const y = fround(x + 1);
  return [fround(((a + 2) * x - (a + 3)) * x * x + 1), fround(((a * y - 5 * a) * y + 8 * a) * y - 4 * a)];
}

/**
 * Four pixels, by Keys's cubic. With centers taken at half pixels, those outside of the image have no weight; in the older
 * form they stand for the pixels of the edge, and the cubic is a steeper one.
 */
export const resizeBicubic = resizing((call, size, newSize) => {
  const isHalf = call.flag('halfPixelCenters');
  const scale = scaleOf(call, size, newSize);
  return Array.from({ length: newSize }, (_, place) => {
    const at = isHalf ? fround(fround(fround(place + 0.5) * scale) - 0.5) : fround(place * scale);
    const first = Math.floor(at);
    const step = roundHalfEven(fround(fround(at - first) * STEPS));
    const a = isHalf ? -0.5 : -0.75;
    const [before, after] = [cubic(a, step), cubic(a, STEPS - step)];
    const wanted = [first - 1, first, first + 1, first + 2];
    const places = wanted.map((each) => Math.min(size - 1, Math.max(0, each)));
    const weights = [before[1], before[0], after[0], after[1]];
    if (!isHalf) return { places, weights };
    const inside = weights.map((weight, index) => (places[index] === wanted[index] ? weight : 0));
    const sum = inside.reduce((total, weight) => total + weight, 0);
    return { places, weights: inside.map((weight) => weight / sum) };
  });
});

function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** The mean of the area that a pixel covers, of whose edges it may have parts. */
export const resizeArea = resizing((call, size, newSize) => {
  const scale = scaleOf(call, size, newSize);
  return Array.from({ length: newSize }, (_, place) => {
    const [start, end] = [fround(place * scale), fround((place + 1) * scale)];
    const places: number[] = [];
    const weights: number[] = [];
    for (let each = Math.floor(start); each < Math.ceil(end); each++) {
      places.push(Math.min(size - 1, Math.max(0, each)));
      weights.push((Math.min(each + 1, end) - Math.max(each, start)) / scale);
    }
    return { places, weights };
  });
});
