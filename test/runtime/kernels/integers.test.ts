import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  packDepthwise,
  packHeads,
  packPanels,
} from '../../../worker/runtime/plan/fuse/integers/pack_integers.ts';
import type { Window } from '../../../worker/runtime/plan/fuse/integers/product_operands.ts';
import { columnsOf } from '../../../worker/runtime/plan/fuse/integers/weight_columns.ts';
import { builtKernels } from '../../fixtures/kernels/built_kernels.ts';
import { shapeSize } from '../../fixtures/kernels/comparison.ts';
import {
  type Range,
  randomBytes,
  randomIntegers,
  ranges,
  requantized,
  VARIANTS,
} from '../../fixtures/kernels/integer_values.ts';

const built = builtKernels();

interface Convolution extends Window {
  readonly outChannels: number;
  readonly depthwise: boolean;
  readonly offset: number;
  readonly scale: number;
  readonly range: Range;
  readonly seed: number;
  /** What the weights are larger than bytes of 7 bits and a sign. */
  readonly factor: number;
  /** The byte that stands for 0. */
  readonly weightZero: number;
  readonly parts: 1 | 2;
}

const shapes = fc.record({
  ...{ batch: shapeSize(2), height: shapeSize(9), width: shapeSize(9), channels: shapeSize(40) },
  ...{ filterHeight: shapeSize(5), filterWidth: shapeSize(5), outChannels: shapeSize(20) },
  ...{ strideY: shapeSize(3), strideX: shapeSize(3), dilationY: shapeSize(2), dilationX: shapeSize(2) },
  ...{ padTop: fc.nat(3), padLeft: fc.nat(3), padBottom: fc.nat(3), padRight: fc.nat(3) },
  ...{
    depthwise: fc.boolean(),
    offset: fc.integer({ min: -127, max: 128 }),
    range: ranges,
    seed: fc.nat(1000),
  },
  ...{ factor: fc.integer({ min: -127, max: 127 }), weightZero: fc.nat(255), parts: fc.constantFrom(1, 2) },
  scale: fc.double({ min: 1e-5, max: 0.5, noNaN: true }).map(Math.fround),
});

type Shape = typeof shapes extends fc.Arbitrary<infer Given> ? Given : never;

function convolutionOf({ padBottom, padRight, ...given }: Shape): Convolution {
  const size = (length: number, before: number, after: number, filter: number, step: number, apart: number) =>
    Math.floor((length + before + after - (filter - 1) * apart - 1) / step) + 1;
  const { height, width, padTop, padLeft, filterHeight, filterWidth } = given;
  return {
    ...given,
    outChannels: given.depthwise ? given.channels : given.outChannels,
    outHeight: size(height, padTop, padBottom, filterHeight, given.strideY, given.dilationY),
    outWidth: size(width, padLeft, padRight, filterWidth, given.strideX, given.dilationX),
  };
}

const hasPixels = ({ outHeight, outWidth }: Window): boolean => outHeight > 0 && outWidth > 0;
const convolutions = shapes.map(convolutionOf).filter(hasPixels);

/** The depthwise convolutions that are computed by lines: see assembly/integers/depthwise_three.ts. */
const depthwiseByLines = shapes
  .map((given) => ({ ...given, depthwise: true, parts: 1 as const, filterWidth: 3, dilationX: 1 }))
  .map((given) => ({
    ...given,
    filterHeight: Math.min(given.filterHeight, 3),
    strideX: 1 + (given.strideX % 2),
  }))
  .map(convolutionOf)
  .filter(hasPixels);

/** Computes the bytes of a convolution with numbers of JavaScript. */
function convolved(of: Convolution, x: Int8Array, weights: Int16Array, biases: Int32Array): Int8Array {
  const { batch, height, width, channels, outHeight, outWidth, outChannels, depthwise, offset } = of;
  const taps = of.filterHeight * of.filterWidth;
  const result = new Int8Array(batch * outHeight * outWidth * outChannels);
  let at = 0;
  for (let image = 0; image < batch; image++)
    for (let outY = 0; outY < outHeight; outY++)
      for (let outX = 0; outX < outWidth; outX++)
        for (let column = 0; column < outChannels; column++) {
          let sum = biases[column] ?? 0;
          for (let tap = 0; tap < taps; tap++) {
            const y = outY * of.strideY - of.padTop + Math.floor(tap / of.filterWidth) * of.dilationY;
            const inX = outX * of.strideX - of.padLeft + (tap % of.filterWidth) * of.dilationX;
            if (y < 0 || y >= height || inX < 0 || inX >= width) continue;
            const pixel = ((image * height + y) * width + inX) * channels;
            for (let channel = 0; channel < (depthwise ? 1 : channels); channel++) {
              const value = (x[pixel + (depthwise ? column : channel)] ?? 0) + offset;
              const index = depthwise ? column * taps + tap : (column * taps + tap) * channels + channel;
              sum += value * (weights[index] ?? 0);
            }
          }
          result[at++] = requantized(sum, of.scale, of.range);
        }
  return result;
}

/** The weights' bytes, the biases and scales of a product, each where its kernel takes them. */
interface Packed {
  readonly bytes: Uint8Array;
  readonly head: Uint8Array;
}

function packed(of: Convolution, weights: Int16Array, biases: Int32Array): Packed {
  const { factor, weightZero, offset, outChannels, scale } = of;
  const sums = { weights: columnsOf(weights, outChannels), biases };
  const scales = new Float32Array(outChannels).fill(scale);
  if (of.depthwise)
    return { bytes: packDepthwise(of, sums, of.parts, offset, scales), head: new Uint8Array() };
  // Of whole groups of four channels, weights can have any byte as their zero.
  const zero = of.channels % 4 === 0 ? weightZero : 0;
  const bytes = packPanels(of, outChannels, sums, factor).map((byte) => byte + zero);
  return { bytes, head: packHeads(sums, factor, offset, scales) ?? new Uint8Array() };
}

function compute(of: Convolution, x: Int8Array, { bytes, head }: Packed, fused: 0 | 1): Int8Array {
  const { functions, heap } = built.kernels;
  const { channels, filterHeight, filterWidth, depthwise, outChannels, range: bounds } = of;
  const count = of.batch * of.outHeight * of.outWidth * outChannels;
  const lines = of.parts * filterHeight;
  const scratchBytes = depthwise
    ? functions.integer_depthwise_scratch_bytes(
        ...([channels, of.outWidth, lines, filterWidth, of.strideX, of.dilationX] as const),
      )
    : functions.integer_conv2d_scratch_bytes(channels, outChannels, filterHeight, filterWidth);
  const sizes = [x.length + 16, bytes.length, head.length, count, scratchBytes];
  const blocks = sizes.map((size) => heap.allocate(size));
  const [from = 0, weights = 0, heads = 0, to = 0, scratch = 0] = blocks;
  const { HEAP8, HEAPU8 } = heap.backend.wasm;
  HEAP8.set(x, from);
  HEAPU8.set(bytes, weights);
  HEAPU8.set(head, heads);
  const image = [of.batch, of.height, of.width, channels, of.outHeight, of.outWidth] as const;
  const steps = [of.strideY, of.strideX, of.dilationY, of.dilationX, of.padTop, of.padLeft] as const;
  const { zero, lower, upper } = bounds;
  const rest = [-of.offset, zero, lower, upper, fused, scratch] as const;
  if (depthwise) {
    const filter = [lines, filterWidth, filterHeight] as const;
    functions.integer_depthwise(from, weights, to, ...image, ...filter, ...steps, ...rest);
  } else {
    const weightZero = channels % 4 === 0 ? of.weightZero : 0;
    const filter = [outChannels, filterHeight, filterWidth] as const;
    const matrix = [weights, weightZero, of.factor, heads] as const;
    functions.integer_conv2d(from, ...matrix, to, ...image, ...filter, ...steps, ...rest);
  }
  const result = HEAP8.slice(to, to + count);
  for (const block of blocks) heap.free(block);
  return result;
}

describe.each(VARIANTS)('in build $build with fused $fused', ({ build, fused }) => {
  beforeAll(() => {
    built.use(build);
  });

  test.each([
    { name: 'a convolution of bytes', given: convolutions },
    { name: 'a depthwise convolution of bytes by lines', given: depthwiseByLines },
  ])('$name is what integers give, for any sizes and extreme values', ({ given }) => {
    fc.assert(
      fc.property(given, (of) => {
        const { outChannels, depthwise, channels, seed, factor, parts } = of;
        const factors = of.filterHeight * of.filterWidth * (depthwise ? 1 : channels);
        const x = randomBytes(of.batch * of.height * of.width * channels, seed);
        const most = depthwise ? 127 * parts : 127;
        const middle = depthwise ? 0 : factor;
        const weights = randomIntegers(outChannels * factors, seed + 1, middle - most, middle + most);
        const biases = Int32Array.from(randomBytes(outChannels, seed + 2), (value) => value * 1000);
        const result = compute(of, x, packed(of, weights, biases), fused);
        expect(result).toEqual(convolved(of, x, weights, biases));
      }),
      { numRuns: 150 },
    );
  });

  test('an addition of integers of two scales is what float32 gives', () => {
    const scale = fc.double({ min: 1e-3, max: 2, noNaN: true }).map(Math.fround);
    const offset = fc.integer({ min: -255, max: 255 });
    const property = fc.property(
      shapeSize(70),
      fc.tuple(scale, scale, scale),
      fc.tuple(offset, offset),
      ranges,
      fc.nat(1000),
      (count, [aScale, bScale, factor], [aOffset, bOffset], bounds, seed) => {
        const { functions, heap } = built.kernels;
        const [a, b] = [randomBytes(count, seed), randomBytes(count, seed + 1)];
        const blocks = [0, 1, 2].map(() => heap.allocate(count + 16));
        const [from = 0, other = 0, to = 0] = blocks;
        const { HEAP8 } = heap.backend.wasm;
        HEAP8.set(a, from);
        HEAP8.set(b, other);
        const { zero, lower, upper } = bounds;
        const sides = [from, aOffset, aScale, other, bOffset, bScale] as const;
        functions.integer_add(...sides, to, count, factor, zero, lower, upper);
        const expected = a.map((value, index) => {
          const left = Math.fround((value + aOffset) * aScale);
          const right = Math.fround(((b[index] ?? 0) + bOffset) * bScale);
          return requantized(Math.fround(left + right), factor, bounds);
        });
        expect(HEAP8.slice(to, to + count)).toEqual(expected);
        for (const block of blocks) heap.free(block);
      },
    );
    fc.assert(property, { numRuns: 100 });
  });

  test('bytes become floats and floats bytes', () => {
    fc.assert(
      fc.property(shapeSize(70), fc.integer({ min: -300, max: 300 }), fc.nat(1000), (count, offset, seed) => {
        const { functions, heap } = built.kernels;
        const values = randomBytes(count, seed);
        const blocks = [heap.allocate(count + 16), heap.allocate(4 * count + 4), heap.allocate(count + 16)];
        const [bytes = 0, floats = 0, back = 0] = blocks;
        const { HEAP8, HEAPF32 } = heap.backend.wasm;
        HEAP8.set(values, bytes);
        HEAPF32[(floats >> 2) + count] = 0.25;
        functions.floats_of_integers(bytes, floats, count, offset);
        const given = HEAPF32.slice(floats >> 2, (floats >> 2) + count);
        expect(given).toEqual(Float32Array.from(values, (value) => value + offset));
        expect(HEAPF32[(floats >> 2) + count]).toBe(0.25);
        expect(functions.integers_of_floats(floats, back, count, offset)).toBe(1);
        expect(HEAP8.slice(back, back + count)).toEqual(values);
        for (const block of blocks) heap.free(block);
      }),
    );
  });

  test.each([Number.NaN, 128, -129, 0.5, 2 ** 22, Number.POSITIVE_INFINITY])(
    '%s is no byte, wherever it is',
    (wrong) => {
      const { functions, heap } = built.kernels;
      for (const count of [1, 3, 4, 16, 23, 31]) {
        for (let position = 0; position < count; position++) {
          const [from, to] = [heap.allocate(4 * count), heap.allocate(count + 16)];
          const { HEAPF32 } = heap.backend.wasm;
          HEAPF32.fill(-128, from >> 2, (from >> 2) + count);
          HEAPF32[(from >> 2) + position] = wrong;
          expect(functions.integers_of_floats(from, to, count, 0)).toBe(0);
          HEAPF32[(from >> 2) + position] = 127;
          expect(functions.integers_of_floats(from, to, count, 0)).toBe(1);
          heap.free(from);
          heap.free(to);
        }
      }
    },
  );
});
