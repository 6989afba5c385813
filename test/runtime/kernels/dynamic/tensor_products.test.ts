import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { builtKernels } from '../../../fixtures/kernels/built_kernels.ts';
import { randomValues, shapeSize } from '../../../fixtures/kernels/comparison.ts';
import { floats, nearest, randomElements, VARIANTS, withMemory } from './kernel_memory.ts';

const built = builtKernels();

/** The scale is such that a share of the values is beyond the integers, or none. */
const tensorProducts = fc.record({
  m: fc.oneof(fc.constant(1), shapeSize(9)),
  k: fc.oneof(shapeSize(40), fc.integer({ min: 300, max: 320 })),
  n: fc.oneof(shapeSize(12), shapeSize(80)),
  zero: fc.oneof(fc.constantFrom(0, 127, 128, 255), fc.nat(255)),
  scale: fc.constantFrom(0.25, 0.5, Math.fround(0.8), 2),
  shift: fc.constantFrom(0, 90, -90),
  seed: fc.nat(1000),
});

describe.each(VARIANTS)('in build $build with fused $fused', ({ build, fused }) => {
  beforeAll(() => {
    built.use(build);
  });

  test('a product of a quantized tensor is what its integers give, for any zeros and extreme values', () => {
    fc.assert(
      fc.property(tensorProducts, (of) => {
        const { m, k, n, zero, seed, scale, shift } = of;
        const { functions, heap } = built.kernels;
        const x = randomValues(m * k, seed, 100).map((value) => value + shift);
        const elements = randomElements(k * n, seed + 1);
        const rowBytes = functions.tensor_row_bytes(k);
        const panelBytes = Math.ceil(n / 8) * Math.ceil(k / 4) * 32;
        const sizes = [4 * m * k, 8, k * n, m * rowBytes, panelBytes, 4 * n, 4 * n, 4 * m * n];
        const result = withMemory(
          built.kernels,
          sizes,
          ([from = 0, numbers = 0, w = 0, rows = 0, packed = 0, sums = 0, ones = 0, c = 0]) => {
            floats(built.kernels, from, m * k).set(x);
            floats(built.kernels, numbers, 2).set([scale, zero]);
            heap.backend.wasm.HEAPU8.set(elements, w);
            functions.place_elements(w, packed, k, n, 0, 0, 0, k * n);
            heap.backend.wasm.HEAP32.set(
              Array.from({ length: n }, (_, column) =>
                elements.reduce((sum, each, index) => sum + (index % n === column ? each - 127 : 0), 0),
              ),
              sums >> 2,
            );
            floats(built.kernels, ones, n).fill(1);
            expect(functions.quantize_tensor(from, numbers, numbers + 4, rows, m, k)).toBe(1);
            const sides = [rows, packed, 127, sums, ones, 0, 0, c] as const;
            functions.dynamic_product(...sides, m, k, n, -1e30, 1e30, fused);
            return floats(built.kernels, c, m * n).slice();
          },
        );
        const integers = Array.from(x, (value) =>
          Math.min(255, Math.max(0, nearest(Math.fround(value / scale)) + zero)),
        );
        const expected = result.map((_, index) => {
          const [row, column] = [Math.floor(index / n), index % n];
          let sum = 0;
          for (let each = 0; each < k; each++)
            sum += ((integers[row * k + each] ?? 0) - zero) * ((elements[each * n + column] ?? 0) - 127);
          return Math.fround(sum);
        });
        expect(result).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    { name: 'NaN', value: Number.NaN, divisor: 1, zero: 3 },
    { name: 'a number far beyond the integers', value: -(2 ** 22), divisor: 1, zero: 3 },
    { name: 'a divisor of 0', value: 5, divisor: 0, zero: 3 },
    { name: 'a zero beyond the integers', value: 5, divisor: 1, zero: 256 },
    { name: 'a zero between integers', value: 5, divisor: 1, zero: 2.5 },
  ])('a tensor with $name is not quantized', ({ value, divisor, zero }) => {
    const { functions } = built.kernels;
    for (const width of [1, 5, 16, 21]) {
      withMemory(
        built.kernels,
        [8 * width, 8, 2 * functions.tensor_row_bytes(width)],
        ([x = 0, numbers = 0, y = 0]) => {
          for (let position = 0; position < 2 * width; position++) {
            floats(built.kernels, numbers, 2).set([1, 3]);
            floats(built.kernels, x, 2 * width).fill(7);
            expect(functions.quantize_tensor(x, numbers, numbers + 4, y, 2, width)).toBe(1);
            floats(built.kernels, numbers, 2).set([divisor, zero]);
            floats(built.kernels, x, 2 * width)[position] = value;
            expect(functions.quantize_tensor(x, numbers, numbers + 4, y, 2, width)).toBe(0);
          }
        },
      );
    }
  });
});
