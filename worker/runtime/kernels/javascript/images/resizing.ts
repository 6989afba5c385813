import type { KernelCall } from '../../gate/kernel_call.ts';
import { resizing } from './mixes.ts';

const { fround } = Math;

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
