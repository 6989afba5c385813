import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { NumericValues } from '../../gate/kernel_call.ts';
import { makeOutput, type PlainKernel, valuesOf } from '../javascript_kernel.ts';

const { fround } = Math;

/**
 * TensorFlow's CropAndResize. If a box has as many pixels as its crop, tfjs copies whole rows: from the left edge, and
 * beyond the end of an image that the box exceeds.
 */
export const cropAndResize: PlainKernel = (backend, call, [output]) => {
  const image = call.tensor('image');
  const result = makeOutput(backend, output);
  const [count = 0, cropHeight = 0, cropWidth = 0, channels = 0] = result.shape;
  const [, height = 0, width = 0] = image.shape;
  const sampler = {
    pixels: valuesOf(backend, image),
    width,
    channels,
    isNearest: call.text('method') === 'nearest',
  };
  const boxes = valuesOf(backend, call.tensor('boxes'));
  const indices = valuesOf(backend, call.tensor('boxInd'));
  const crops = valuesOf(backend, result);
  const otherwise = call.number('extrapolationValue');
  let to = 0;
  for (let box = 0; box < count; box++) {
    const [y1 = 0, x1 = 0, y2 = 0, x2 = 0] = boxes.subarray(box * 4, box * 4 + 4);
    const start = (indices[box] ?? 0) * height * width * channels;
    for (let row = 0; row < cropHeight; row++) {
      const y = coordinate(y1, y2, height, cropHeight, row);
      for (let column = 0; column < cropWidth; column++) {
        const x = coordinate(x1, x2, width, cropWidth, column);
        const isInside = y >= 0 && y <= height - 1 && x >= 0 && x <= width - 1;
        for (let channel = 0; channel < channels; channel++)
          crops[to++] = isInside ? sample(sampler, start + channel, y, x) : otherwise;
      }
    }
  }
  return result;
};

/** Returns the coordinate of a crop's pixel in the image, or NaN for a box that is not finite. */
function coordinate(from: number, to: number, size: number, cropSize: number, place: number): number {
  const last = size - 1;
  if (cropSize <= 1) return fround(0.5 * fround(from + to) * last);
  const scale = fround(fround(fround(to - from) * last) / (cropSize - 1));
  return fround(fround(from * last) + fround(place * scale));
}

interface Sampler {
  readonly pixels: NumericValues;
  readonly width: number;
  readonly channels: number;
  readonly isNearest: boolean;
}

function sample(
  { pixels, width, channels, isNearest }: Sampler,
  start: number,
  y: number,
  x: number,
): number {
  const pixel = (row: number, column: number): number =>
    pixels[start + (row * width + column) * channels] ?? 0;
  if (isNearest) return pixel(Math.floor(y + 0.5), Math.floor(x + 0.5));
  const [top, left, bottom, right] = [Math.floor(y), Math.floor(x), Math.ceil(y), Math.ceil(x)];
  const above = mix(pixel(top, left), pixel(top, right), x - left);
  const below = mix(pixel(bottom, left), pixel(bottom, right), x - left);
  return mix(above, below, y - top);
}

function mix(from: number, to: number, part: number): number {
  return fround(from + fround(fround(to - from) * part));
}

/** tfjs returns float32, but TensorFlow keeps integers. */
export const resizeIntegers: PlainKernel = (backend, call, [output]) => {
  if (output?.dtype !== 'int32') return undefined;
  const images = call.tensor('images');
  const [batch = 0, height = 0, width = 0, channels = 0] = images.shape;
  const [, newHeight = 0, newWidth = 0] = output.shape;
  const rows = nearestPlaces(call.flag('alignCorners'), call.flag('halfPixelCenters'), height, newHeight);
  const columns = nearestPlaces(call.flag('alignCorners'), call.flag('halfPixelCenters'), width, newWidth);
  const result: TensorInfo = makeOutput(backend, output);
  const pixels = valuesOf(backend, images);
  const resized = valuesOf(backend, result);
  let to = 0;
  for (let image = 0; image < batch; image++)
    for (const row of rows)
      for (const column of columns) {
        const start = ((image * height + row) * width + column) * channels;
        for (let channel = 0; channel < channels; channel++) resized[to++] = pixels[start + channel] ?? 0;
      }
  return result;
};

function nearestPlaces(
  alignCorners: boolean,
  halfPixelCenters: boolean,
  size: number,
  newSize: number,
): number[] {
  const scale = fround(alignCorners && newSize > 1 ? (size - 1) / (newSize - 1) : size / newSize);
  return Array.from({ length: newSize }, (_, place) => {
    const exact = fround(scale * (halfPixelCenters ? place + 0.5 : place));
    return Math.max(0, Math.min(size - 1, alignCorners ? Math.floor(exact + 0.5) : Math.floor(exact)));
  });
}
