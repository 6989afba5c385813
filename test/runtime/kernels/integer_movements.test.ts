import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { builtKernels } from '../../fixtures/kernels/built_kernels.ts';
import { shapeSize } from '../../fixtures/kernels/comparison.ts';
import { nearest, randomBytes, ranges, requantized } from '../../fixtures/kernels/integer_values.ts';

const built = builtKernels();

/** Calls `compute` with the address of bytes and that of a result, and returns the result's bytes. */
function withBytes(
  x: Int8Array,
  resultBytes: number,
  compute: (from: number, to: number) => void,
): Int8Array<ArrayBuffer> {
  const { heap } = built.kernels;
  const [from, to] = [heap.allocate(x.length + 16), heap.allocate(resultBytes + 16)];
  const { HEAP8 } = heap.backend.wasm;
  HEAP8.set(x, from);
  HEAP8.fill(77, to, to + resultBytes + 16);
  compute(from, to);
  const result = Int8Array.from(HEAP8.subarray(to, to + resultBytes));
  heap.free(from);
  heap.free(to);
  return result;
}

const scales = fc.double({ min: 1e-3, max: 2, noNaN: true }).map(Math.fround);

const pools = fc
  .record({
    ...{ batch: shapeSize(2), height: shapeSize(9), width: shapeSize(9), channels: shapeSize(40) },
    ...{
      filterHeight: shapeSize(4),
      filterWidth: shapeSize(4),
      strideY: shapeSize(3),
      strideX: shapeSize(3),
    },
    ...{ before: fc.nat(3), after: fc.nat(3), average: fc.constantFrom<0 | 1>(0, 1) },
    ...{ offset: fc.integer({ min: -255, max: 255 }), scale: scales, range: ranges, seed: fc.nat(1000) },
  })
  .map(({ before, after, ...given }) => {
    const padTop = before % given.filterHeight;
    const padLeft = before % given.filterWidth;
    const size = (length: number, filter: number, step: number, pad: number) =>
      Math.floor((length + pad + (after % filter) - filter) / step) + 1;
    return {
      ...{ ...given, padTop, padLeft },
      outHeight: size(given.height, given.filterHeight, given.strideY, padTop),
      outWidth: size(given.width, given.filterWidth, given.strideX, padLeft),
    };
  })
  .filter(({ outHeight, outWidth }) => outHeight > 0 && outWidth > 0);

describe.each([0, 1] as const)('in build %s', (build) => {
  beforeAll(() => {
    built.use(build);
  });

  test('a pooling of bytes is what integers and float32 give', () => {
    fc.assert(
      fc.property(pools, (of) => {
        const { batch, height, width, channels, outHeight, outWidth, filterHeight, filterWidth } = of;
        const { zero, lower, upper } = of.range;
        const x = randomBytes(batch * height * width * channels, of.seed);
        const expected = new Int8Array(batch * outHeight * outWidth * channels);
        for (let index = 0; index < expected.length; index++) {
          const channel = index % channels;
          const pixel = Math.floor(index / channels);
          const left = (pixel % outWidth) * of.strideX - of.padLeft;
          const top = (Math.floor(pixel / outWidth) % outHeight) * of.strideY - of.padTop;
          const image = Math.floor(pixel / (outWidth * outHeight));
          const values: number[] = [];
          for (let y = Math.max(0, top); y < Math.min(height, top + filterHeight); y++)
            for (let at = Math.max(0, left); at < Math.min(width, left + filterWidth); at++)
              values.push(x[((image * height + y) * width + at) * channels + channel] ?? 0);
          const sum = values.reduce((all, value) => all + value + of.offset, 0);
          const mean = Math.fround(sum * Math.fround(1 / values.length));
          expected[index] = of.average ? requantized(mean, of.scale, of.range) : Math.max(...values);
        }
        const result = withBytes(x, expected.length, (from, to) => {
          const image = [batch, height, width, channels, outHeight, outWidth] as const;
          const window = [
            filterHeight,
            filterWidth,
            of.strideY,
            of.strideX,
            1,
            1,
            of.padTop,
            of.padLeft,
          ] as const;
          const rest = [of.offset, of.scale, zero, lower, upper] as const;
          built.kernels.functions.integer_pool2d(from, to, of.average, ...image, ...window, ...rest);
        });
        expect(result).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  test('sums of bytes are exact floats, times a scale', () => {
    const offsets = fc.integer({ min: -255, max: 255 });
    const property = fc.property(
      ...([shapeSize(3), shapeSize(300), shapeSize(40), offsets, scales, fc.nat(1000)] as const),
      (outer, reduced, inner, offset, scale, seed) => {
        const x = randomBytes(outer * reduced * inner, seed);
        const expected = new Float32Array(outer * inner);
        for (let index = 0; index < expected.length; index++) {
          const first = Math.floor(index / inner) * reduced * inner + (index % inner);
          let sum = 0;
          for (let row = 0; row < reduced; row++) sum += (x[first + row * inner] ?? 0) + offset;
          expected[index] = sum * scale;
        }
        const result = withBytes(x, 4 * expected.length, (from, to) =>
          built.kernels.functions.sums_of_integers(from, to, outer, reduced, inner, offset, scale),
        );
        expect(new Float32Array(result.buffer)).toEqual(expected.map((value) => value + 0));
      },
    );
    fc.assert(property, { numRuns: 60 });
  });

  test('a part of an image of bytes is copied into a larger one, whose other bytes are one value', () => {
    const sizes = [shapeSize(6), shapeSize(6), shapeSize(40), fc.nat(3), fc.nat(3)] as const;
    const property = fc.property(
      ...sizes,
      fc.integer({ min: -128, max: 127 }),
      fc.nat(1000),
      (height, width, channels, before, after, value, seed) => {
        const x = randomBytes(height * width * channels, seed);
        const [high, wide] = [height + before + after, width + before + after];
        const expected = new Int8Array(high * wide * channels).fill(value);
        const place = (y: number, at: number) => ((y + before) * wide + at + before) * channels;
        for (let y = 0; y < height; y++)
          for (let at = 0; at < width; at++)
            for (let channel = 0; channel < channels; channel++)
              expected[place(y, at) + channel] = x[(y * width + at) * channels + channel] ?? 0;
        const result = withBytes(x, expected.length, (from, to) => {
          const { fill_bytes, copy_bytes } = built.kernels.functions;
          const line = [1, 1, 1, height, width * channels] as const;
          fill_bytes(to, expected.length, value);
          copy_bytes(
            from,
            to + place(0, 0),
            ...line,
            0,
            0,
            0,
            width * channels,
            1,
            0,
            0,
            0,
            wide * channels,
            1,
          );
        });
        expect(result).toEqual(expected);
      },
    );
    fc.assert(property, { numRuns: 60 });
  });

  test('every second byte is copied to every third', () => {
    const x = randomBytes(40, 1);
    const result = withBytes(x, 60, (from, to) => {
      built.kernels.functions.fill_bytes(to, 60, 5);
      built.kernels.functions.copy_bytes(from, to, 1, 1, 1, 1, 20, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3);
    });
    expect(result).toEqual(
      Int8Array.from({ length: 60 }, (_, at) => (at % 3 === 0 ? (x[(at / 3) * 2] ?? 0) : 5)),
    );
  });

  test('bytes are looked up in a table', () => {
    const table = randomBytes(256, 9);
    fc.assert(
      fc.property(shapeSize(70), fc.nat(1000), (count, seed) => {
        const x = randomBytes(count, seed);
        const address = built.kernels.heap.allocate(256);
        built.kernels.heap.backend.wasm.HEAP8.set(table, address);
        const result = withBytes(x, count, (from, to) =>
          built.kernels.functions.map_bytes(from, address, to, count),
        );
        expect(result).toEqual(x.map((byte) => table[byte & 255] ?? 0));
        built.kernels.heap.free(address);
      }),
    );
  });

  test('floats become bytes as float32 rounds them, whatever their size, and NaN becomes none', () => {
    const floats = fc.oneof(
      fc.float(),
      fc.float({ min: -300, max: 300 }),
      fc.integer({ min: -600, max: 600 }),
    );
    const values = fc.array(
      floats.map((value) => Math.fround(value / 2)),
      { minLength: 1, maxLength: 70 },
    );
    const property = fc.property(values, scales, ranges, (given, scale, range) => {
      const { functions, heap } = built.kernels;
      const [from, to] = [heap.allocate(4 * given.length), heap.allocate(given.length + 16)];
      const { HEAPF32, HEAP8 } = heap.backend.wasm;
      HEAPF32.set(given, from >> 2);
      const { zero, lower, upper } = range;
      const isCovered = functions.quantize_floats(from, to, given.length, scale, zero, lower, upper);
      expect(isCovered).toBe(given.some(Number.isNaN) ? 0 : 1);
      if (isCovered === 1) {
        const expected = given.map((value) => {
          const scaled = Math.fround(value * scale);
          const near = Number.isFinite(scaled) ? nearest(scaled) : scaled;
          return Math.min(Math.max(near + zero, lower), upper);
        });
        expect([...HEAP8.subarray(to, to + given.length)]).toEqual(expected.map((value) => value + 0));
      }
      heap.free(from);
      heap.free(to);
    });
    fc.assert(property, { numRuns: 300 });
  });

  test('integers of 32 bits become bytes, whatever their size', () => {
    const near = [0, -(2 ** 15), 2 ** 15, -(2 ** 31), 2 ** 31 - 1].map((middle) =>
      fc.integer({ min: Math.max(middle - 300, -(2 ** 31)), max: Math.min(middle + 300, 2 ** 31 - 1) }),
    );
    const values = fc.array(fc.oneof(...near), { minLength: 1, maxLength: 70 });
    const shifts = fc.oneof(fc.integer({ min: -300, max: 300 }), fc.constantFrom(-(2 ** 14), 2 ** 14));
    const property = fc.property(values, shifts, ranges, (given, shift, { lower, upper }) => {
      const { functions, heap } = built.kernels;
      const [from, to] = [heap.allocate(4 * given.length), heap.allocate(given.length + 1)];
      const { HEAP32, HEAP8 } = heap.backend.wasm;
      HEAP32.set(given, from >> 2);
      HEAP8[to + given.length] = 77;
      functions.narrow_integers(from, to, given.length, shift, lower, upper);
      const expected = given.map((value) => Math.min(Math.max(value + shift, lower), upper));
      expect([...HEAP8.subarray(to, to + given.length + 1)]).toEqual([...expected, 77]);
      heap.free(from);
      heap.free(to);
    });
    fc.assert(property, { numRuns: 300 });
  });
});
