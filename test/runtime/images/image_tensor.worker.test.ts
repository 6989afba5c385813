import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ImageInput } from '../../../worker/model/image_input.ts';
import { imageTensor } from '../../../worker/runtime/images/image_tensor.ts';
import { bitmap } from '../../fixtures/images/bitmap.ts';
import { imageVector } from '../../fixtures/images/vectors.ts';
import { IMAGES } from '../oracle/image.ts';

const PLAIN: ImageInput = {
  signature: 'serving_default',
  input: 'x',
  height: 2,
  width: 2,
  fit: 'stretch',
  resize: 'bilinear',
  channels: 'rgb',
  layout: 'NHWC',
  scale: [1],
  offset: [0],
};

const gray = (rows: readonly (readonly number[])[]): Uint8Array =>
  bitmap(rows.map((row) => row.map((value) => [value, value, value])));

function tensor(files: readonly Uint8Array[], image: Partial<ImageInput>) {
  const { shape, values } = imageTensor(files, { ...PLAIN, ...image }, 'float32');
  return { shape, values: [...values] };
}

describe('an image becomes an input', () => {
  test('of its channels in order, scaled and added to', () => {
    const file = bitmap([
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      [
        [7, 8, 9],
        [10, 11, 12],
      ],
    ]);
    expect(tensor([file], {})).toEqual({
      shape: [1, 2, 2, 3],
      values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    });
    expect(tensor([file], { channels: 'bgr' }).values.slice(0, 6)).toEqual([3, 2, 1, 6, 5, 4]);
    expect(tensor([file], { layout: 'NCHW' })).toEqual({
      shape: [1, 3, 2, 2],
      values: [1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12],
    });
    expect(tensor([file], { scale: [2], offset: [-1, 0, 1] }).values.slice(0, 3)).toEqual([1, 4, 7]);
  });

  /** By hand: centers of pixels are at halves, so that the first value is the first pixel's, the second a quarter on. */
  test('resized as tf.image.resize does without antialiasing', () => {
    const file = gray([[0, 100]]);
    const image = { height: 1, width: 4, channels: 'gray' } as const;
    expect(tensor([file], image).values).toEqual([0, 25, 75, 100]);
    expect(tensor([file], { ...image, resize: 'nearest' }).values).toEqual([0, 0, 100, 100]);
    const shrunk = tensor([gray([[0, 10, 20, 30]])], { ...image, width: 2 });
    expect(shrunk.values).toEqual([5, 25]);
  });

  test.each([
    ['bilinear', 'ResizeBilinear'],
    ['nearest', 'ResizeNearestNeighbor'],
  ] as const)('of any size resized as %s is', (method, operation) => {
    const side = fc.integer({ min: 1, max: 9 });
    const image = fc.tuple(side, side).chain(([height, width]) => {
      const pixel = fc.array(fc.nat(255), { minLength: 3, maxLength: 3 });
      const row = fc.array(pixel, { minLength: width, maxLength: width });
      return fc.array(row, { minLength: height, maxLength: height });
    });
    fc.assert(
      fc.property(image, side, side, (rows, height, width) => {
        const images = {
          dtype: 'float32',
          shape: [1, rows.length, rows[0]?.length ?? 0, 3],
          values: rows.flat(2),
        } as const;
        const attributes = { size: [height, width], halfPixelCenters: true, alignCorners: false };
        const [wanted] = IMAGES[operation]?.({ inputs: { images }, attributes }) ?? [];
        const { shape, values } = tensor([bitmap(rows)], { height, width, resize: method });
        expect(shape).toEqual(wanted?.shape);
        expect(values).toEqual(wanted?.values?.map((value) => expect.closeTo(value, 3)));
      }),
      { numRuns: 200 },
    );
  });

  test('cropped to the middle, or with a black border, where the aspect ratio is another', () => {
    const file = gray([
      [10, 20, 30, 40],
      [50, 60, 70, 80],
    ]);
    const image = { height: 2, width: 2, channels: 'gray', resize: 'nearest' } as const;
    expect(tensor([file], { ...image, fit: 'crop' }).values).toEqual([20, 30, 60, 70]);
    const padded = tensor([file], { ...image, height: 4, width: 4, fit: 'pad', offset: [1] });
    expect(padded.values).toEqual([1, 1, 1, 1, 11, 21, 31, 41, 51, 61, 71, 81, 1, 1, 1, 1]);
  });

  test('as the rows of a batch, whatever their formats are', () => {
    const files = ['PNG gray 8', 'JPEG gray', 'WebP'].map((name) => imageVector(name).file);
    const { shape } = tensor([gray([[7]]), ...files], { channels: 'gray' });
    expect(shape).toEqual([4, 2, 2, 1]);
  });

  test('without its alpha', () => {
    const { file, shape, values } = imageVector('WebP without loss');
    const [height = 0, width = 0] = shape;
    expect(tensor([file], { height, width })).toEqual({
      shape: [1, height, width, 3],
      values: values.filter((_, index) => index % 4 < 3),
    });
  });

  test('of integers, which are the nearest', () => {
    const { values } = imageTensor(
      [gray([[0, 1]])],
      { ...PLAIN, height: 1, width: 4, channels: 'gray' },
      'int32',
    );
    expect([...values]).toEqual([0, 0, 1, 1]);
  });
});
