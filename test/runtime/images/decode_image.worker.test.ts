import fc from 'fast-check';
import { describe, expect, inject, test } from 'vitest';
import {
  decodeImage,
  type ImageOptions,
  JPEG_DEFAULTS,
} from '../../../worker/runtime/images/decode_image.ts';
import { ExecutionError } from '../../../worker/runtime/loaded_model.ts';
import { IMAGE_VECTORS, imageVector } from '../../fixtures/images/vectors.ts';

const AS_IT_IS: ImageOptions = {
  channels: 0,
  depth: 8,
  jpeg: JPEG_DEFAULTS,
  mostFrames: Number.POSITIVE_INFINITY,
  sampleBytes: 0,
};

function decoded(file: Uint8Array, options: Partial<ImageOptions> = {}) {
  const { frames, height, width, channels, values } = decodeImage(file, { ...AS_IT_IS, ...options });
  return { shape: [...(frames > 1 ? [frames] : []), height, width, channels], values: [...values] };
}

function largestDifference(one: readonly number[], other: readonly number[]): number {
  return one.reduce(
    (most, value, index) => Math.max(most, Math.abs(value - (other[index] ?? Number.NaN))),
    0,
  );
}

describe('an image is decoded as ImageMagick decodes it', () => {
  test.each(IMAGE_VECTORS.map((vector) => [vector.name, vector] as const))('%s', (_, vector) => {
    const isAccurate = vector.name.endsWith('accurately');
    expect(decoded(vector.file, { jpeg: { ...JPEG_DEFAULTS, isAccurate } })).toEqual({
      shape: vector.shape,
      values: vector.values,
    });
  });

  test('again and again, with nothing of the image before', () => {
    const vectors = IMAGE_VECTORS.filter(({ name }) => /^JPEG(?!.*accurately)/.test(name));
    for (let round = 0; round < 3; round++)
      for (const { file, values } of vectors) expect(decoded(file).values).toEqual(values);
  });
});

describe('channels', () => {
  test('of gray become three alike', () => {
    const gray = imageVector('PNG gray 8');
    expect(decoded(gray.file, { channels: 3 }).values).toEqual(
      gray.values.flatMap((value) => [value, value, value]),
    );
  });

  test('become gray by the weights of red, green and blue', () => {
    const { file, values } = imageVector('PNG rgb 8');
    const wanted = Array.from({ length: values.length / 3 }, (_, pixel) => {
      const [red = 0, green = 0, blue = 0] = values.slice(3 * pixel, 3 * pixel + 3);
      return 0.299 * red + 0.587 * green + 0.114 * blue;
    });
    expect(largestDifference(decoded(file, { channels: 1 }).values, wanted)).toBeLessThanOrEqual(0.51);
  });

  test('of alpha are opaque where the file has none', () => {
    const { file } = imageVector('PNG rgb 8');
    const { values } = decoded(file, { channels: 4 });
    expect(values.filter((_, index) => index % 4 === 3).every((alpha) => alpha === 255)).toBe(true);
  });

  test.each([
    ['JPEG 4:4:4', 4],
    ['BMP 24', 1],
    ['GIF', 1],
    ['WebP', 1],
  ] as const)('that %s does not have are refused: %i', (name, channels) => {
    expect(() => decoded(imageVector(name).file, { channels })).toThrow(
      `is not decoded to ${channels} channels`,
    );
  });
});

test('a JPEG image is scaled down by its decoder', () => {
  const { file, shape } = imageVector('JPEG 4:4:4');
  const [height = 0, width = 0] = shape;
  const half = decoded(file, { jpeg: { ...JPEG_DEFAULTS, ratio: 2 } });
  expect(half.shape).toEqual([Math.ceil(height / 2), Math.ceil(width / 2), 3]);
});

test('a JPEG image that is cut off is decoded as far as it goes where that is asked for', () => {
  const { file, shape, values } = imageVector('JPEG 4:4:4');
  const half = decoded(file.subarray(0, Math.floor(0.7 * file.length)), {
    jpeg: { ...JPEG_DEFAULTS, takesPart: true },
  });
  expect(half.shape).toEqual(shape);
  const rows = 8 * (shape[1] ?? 0) * 3;
  expect(half.values.slice(0, rows)).toEqual(values.slice(0, rows));
  expect(half.values).not.toEqual(values);
});

describe('a file that is no whole image is refused by what it is', () => {
  test.each(IMAGE_VECTORS.map((vector) => [vector.name, vector] as const))(
    '%s, cut off anywhere',
    (_, { file }) => {
      for (let length = 0; length < file.length - 12; length += Math.ceil(file.length / 40))
        expect(() => decodeImage(file.subarray(0, length), AS_IT_IS), `${length} bytes`).toThrow(
          ExecutionError,
        );
    },
  );

  test('a text', () => {
    expect(() => decoded(new TextEncoder().encode('no image'))).toThrow(
      'the bytes are no image: JPEG, PNG, GIF, BMP and WebP are decoded',
    );
  });

  /** Big-endian sizes of 65,500 x 65,500 in the place of the header's. */
  test.each([
    ['JPEG 4:4:4', (file: Uint8Array) => frameHeader(file) + 5, 'big'],
    ['BMP 24', () => 18, 'little'],
  ] as const)('%s that says it is huge, before anything is allocated', (name, place, order) => {
    const file = imageVector(name).file.slice();
    const view = new DataView(file.buffer);
    const at = place(file);
    if (order === 'big') {
      view.setUint16(at, 65_500);
      view.setUint16(at + 2, 65_500);
    } else {
      view.setInt32(at, 65_500, true);
      view.setInt32(at + 4, 65_500, true);
    }
    expect(() => decoded(file)).toThrow(
      /says that it has 65500 x 65500 pixels, and one of its kind may have \d+ in all/,
    );
  });

  test('a JPEG image that is too large, unless it may be scaled down', () => {
    const file = imageVector('JPEG 4:4:4').file.slice();
    const view = new DataView(file.buffer);
    view.setUint16(frameHeader(file) + 5, 4000);
    view.setUint16(frameHeader(file) + 7, 4000);
    expect(() => decoded(file)).toThrow('says that it has 4000 x 4000 pixels');
    const within = (side: number) => () =>
      decoded(file, { jpeg: { ...JPEG_DEFAULTS, atLeast: { height: side, width: side } } });
    // It is decoded then, and its data ends early.
    expect(within(2000)).toThrow('is cut off');
    expect(within(2001)).toThrow('says that it has 4000 x 4000 pixels');
  });

  test('a JPEG image that has fewer rows than it says', () => {
    const file = imageVector('JPEG 4:4:4').file.slice();
    new DataView(file.buffer).setUint16(frameHeader(file) + 5, 400);
    expect(() => decoded(file)).toThrow(/the JPEG image is cut off/);
  });
});

/** Where the frame header of a baseline JPEG image begins. */
function frameHeader(file: Uint8Array): number {
  return file.findIndex((byte, index) => byte === 0xff && file[index + 1] === 0xc0);
}

test('whatever bytes are changed, a file is decoded or refused', () => {
  const changes = fc.record({
    vector: fc.constantFrom(...IMAGE_VECTORS),
    bytes: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }),
  });
  fc.assert(
    fc.property(changes, ({ vector, bytes }) => {
      const file = vector.file.slice();
      for (const [place, byte] of bytes) file[place % file.length] = byte;
      try {
        const { height, width, channels, frames, values } = decodeImage(file, AS_IT_IS);
        expect(values.length).toBe(frames * height * width * channels);
      } catch (error) {
        expect(error).toBeInstanceOf(ExecutionError);
      }
    }),
    { numRuns: inject('fuzzCases') },
  );
});
