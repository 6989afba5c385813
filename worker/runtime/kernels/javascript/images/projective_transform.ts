import { makeOutput, type PlainKernel, valuesOf } from '../javascript_kernel.ts';

const { fround } = Math;

/**
 * Samples images at projected places. tfjs's kernel compares with a negated unsigned size, so that it reflects what lies
 * before an image wrongly. Source: TensorFlow's image/image_ops.h.
 */
export const projectiveTransform: PlainKernel = (backend, call, [output]) => {
  const image = call.tensor('image');
  const transforms = call.tensor('transforms');
  const [batch = 0, height = 0, width = 0, channels = 0] = image.shape;
  const [, newHeight = 0, newWidth = 0] = output?.shape ?? [];
  const fill = call.number('fillValue');
  const place = PLACES.get(call.text('fillMode') ?? '');
  const sample = call.text('interpolation') === 'nearest' ? nearest : bilinear;
  if (place === undefined) return call.refuse(`the fill mode ${String(call.text('fillMode'))} is not known`);
  const result = makeOutput(backend, output);
  const pixels = valuesOf(backend, image);
  const matrices = valuesOf(backend, transforms);
  const sampled = valuesOf(backend, result);
  const isShared = transforms.shape[0] === 1;
  let to = 0;
  for (let each = 0; each < batch; each++) {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = matrices.subarray(
      isShared ? 0 : 8 * each,
    );
    for (let y = 0; y < newHeight; y++)
      for (let x = 0; x < newWidth; x++) {
        const depth = fround(fround(fround(g * x) + fround(h * y)) + 1);
        const column = place(fround(fround(fround(fround(a * x) + fround(b * y)) + c) / depth), width);
        const row = place(fround(fround(fround(fround(d * x) + fround(e * y)) + f) / depth), height);
        for (let channel = 0; channel < channels; channel++) {
          const read = (atY: number, atX: number): number =>
            atY >= 0 && atY < height && atX >= 0 && atX < width
              ? (pixels[((each * height + atY) * width + atX) * channels + channel] ?? 0)
              : fill;
          sampled[to++] = depth === 0 ? fill : sample(read, row, column);
        }
      }
  }
  return result;
};

type Read = (y: number, x: number) => number;

function nearest(read: Read, y: number, x: number): number {
  return read(halfAway(y), halfAway(x));
}

const halfAway = (value: number): number => Math.sign(value) * Math.floor(Math.abs(value) + 0.5);

function bilinear(read: Read, y: number, x: number): number {
  const [top, left] = [Math.floor(y), Math.floor(x)];
  const row = (at: number): number =>
    fround(fround((left + 1 - x) * read(at, left)) + fround((x - left) * read(at, left + 1)));
  return fround(fround((top + 1 - y) * row(top)) + fround((y - top) * row(top + 1)));
}

/** Where a place outside of a side of this size lies inside, if the mode says so. */
const PLACES: ReadonlyMap<string, (place: number, size: number) => number> = new Map([
  ['constant', (place) => place],
  ['nearest', inside],
  ['reflect', reflected],
  ['wrap', wrapped],
]);

function inside(place: number, size: number): number {
  return Math.min(size - 1, Math.max(0, place));
}

function reflected(place: number, size: number): number {
  const period = 2 * size;
  if (place < 0 && size > 1) {
    const near = place + period * Math.trunc(-place / period);
    return inside(near < -size ? near + period : -near - 1, size);
  }
  if (place > size - 1 && size > 1) {
    const near = place - period * Math.trunc(place / period);
    return inside(near >= size ? period - near - 1 : near, size);
  }
  return inside(place, size);
}

function wrapped(place: number, size: number): number {
  if (place < 0 && size > 1) return inside(place + size * (Math.trunc(-place / (size - 1)) + 1), size);
  if (place > size - 1 && size > 1) return inside(place - size * Math.trunc(place / (size - 1)), size);
  return inside(place, size);
}
