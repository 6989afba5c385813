import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { builtKernels } from '../../../fixtures/kernels/built_kernels.ts';
import { randomValues, shapeSize } from '../../../fixtures/kernels/comparison.ts';
import { floats, GARBAGE, nearest, randomElements, VARIANTS, withMemory } from './kernel_memory.ts';

const built = builtKernels();

const LEAST = Math.fround(1e-30);
interface QuantizedRow {
  readonly codes: readonly number[];
  readonly magnitude: number;
}

/** Quantizes a row with numbers of JavaScript, each rounded to float32. */
function quantizedRow(row: Float32Array): QuantizedRow {
  const magnitude = row.reduce((most, value) => Math.max(most, Math.abs(value)), LEAST);
  const factor = Math.fround(127 / magnitude);
  return { codes: Array.from(row, (value) => nearest(Math.fround(value * factor))), magnitude };
}

/** Rows with magnitudes from 2^-20 to 2^20, and with values whose codes are at a tie. */
function randomRows(rows: number, width: number, seed: number): Float32Array {
  const values = randomValues(rows * width, seed);
  return values.map((value, index) => {
    const row = Math.floor(index / width);
    const scale = 2 ** (((seed + 7 * row) % 41) - 20);
    if (index % width === 0) return 127 * scale;
    return index % 3 === 0 ? (Math.round(value * 126) + 0.5) * scale : value * 127 * scale;
  });
}

interface Product {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly zero: number;
  readonly biased: boolean;
  readonly residual: boolean;
  readonly bounds: readonly [lower: number, upper: number];
  readonly seed: number;
}

const products = fc.record({
  m: fc.oneof(fc.constant(1), shapeSize(9)),
  k: fc.oneof(shapeSize(40), fc.integer({ min: 500, max: 530 })),
  n: fc.oneof(shapeSize(12), shapeSize(80)),
  zero: fc.oneof(fc.constant(127), fc.integer({ min: 0, max: 255 })),
  biased: fc.boolean(),
  residual: fc.boolean(),
  bounds: fc.constantFrom<readonly [number, number]>(
    [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    [0, Number.POSITIVE_INFINITY],
    [0, 6],
  ),
  seed: fc.nat(1000),
});

interface Operands {
  readonly rows: Float32Array;
  readonly elements: Uint8Array;
  readonly scales: Float32Array;
  readonly bias: Float32Array;
  readonly residual: Float32Array;
}

function operandsOf({ m, k, n, seed }: Product): Operands {
  return {
    rows: randomRows(m, k, seed),
    elements: randomElements(k * n, seed + 1),
    scales: randomValues(n, seed + 2, 0.01),
    bias: randomValues(n, seed + 3, 100),
    residual: randomValues(m * n, seed + 4, 100),
  };
}

/** Computes a product with numbers of JavaScript, each rounded to float32. */
function multiplied(of: Product, { rows, elements, scales, bias, residual }: Operands): Float32Array {
  const { m, k, n, zero, biased, bounds } = of;
  const [lower, upper] = bounds;
  const result = new Float32Array(m * n);
  for (let row = 0; row < m; row++) {
    const { codes, magnitude } = quantizedRow(rows.subarray(row * k, (row + 1) * k));
    for (let column = 0; column < n; column++) {
      const sum = codes.reduce(
        (total, code, index) => total + code * ((elements[index * n + column] ?? 0) - zero),
        0,
      );
      let value = Math.fround(Math.fround(Math.fround(sum) * magnitude) * (scales[column] ?? 0));
      if (biased) value = Math.fround(value + (bias[column] ?? 0));
      if (of.residual) value = Math.fround(value + (residual[row * n + column] ?? 0));
      // A bound replaces only a number beyond it: -0 is not below 0, and stays.
      result[row * n + column] = value < lower ? lower : Math.min(value, upper);
    }
  }
  return result;
}

function compute(of: Product, operands: Operands, fused: 0 | 1): Float32Array {
  const { m, k, n, zero, biased, bounds } = of;
  const { functions, heap } = built.kernels;
  const rowBytes = functions.dynamic_row_bytes(k);
  const panelBytes = Math.ceil(n / 8) * Math.ceil(k / 4) * 32;
  const sizes = [4 * m * k, k * n, m * rowBytes, panelBytes, 4 * n, 4 * n, 4 * m * n, 4 * m * n];
  return withMemory(
    built.kernels,
    sizes,
    ([x = 0, w = 0, rows = 0, packed = 0, scales = 0, bias = 0, add = 0, c = 0]) => {
      floats(built.kernels, x, m * k).set(operands.rows);
      heap.backend.wasm.HEAPU8.set(operands.elements, w);
      floats(built.kernels, scales, n).set(operands.scales);
      floats(built.kernels, bias, n).set(operands.bias);
      floats(built.kernels, add, m * n).set(operands.residual);
      functions.place_elements(w, packed, k, n, 0, 0, 0, k * n);
      expect(functions.quantize_rows(x, rows, m, k, LEAST)).toBe(1);
      const sides = [rows, packed, zero, 0, scales, biased ? bias : 0, of.residual ? add : 0, c] as const;
      functions.dynamic_product(...sides, m, k, n, ...bounds, fused);
      return floats(built.kernels, c, m * n).slice();
    },
  );
}

describe.each(VARIANTS)('in build $build with fused $fused', ({ build, fused }) => {
  beforeAll(() => {
    built.use(build);
  });

  test('a product of quantized rows is what integers and float32 give, for any sizes and zeros', () => {
    fc.assert(
      fc.property(products, (of) => {
        const operands = operandsOf(of);
        expect(compute(of, operands, fused)).toEqual(multiplied(of, operands));
      }),
      { numRuns: 200 },
    );
  });

  test('a product of more panels than stay in the cache is computed in groups', () => {
    for (const m of [1, 6]) {
      const of: Product = {
        m,
        k: 1201,
        n: 331,
        zero: 127,
        biased: true,
        residual: false,
        bounds: [0, 6],
        seed: m,
      };
      const operands = operandsOf(of);
      expect(compute(of, operands, fused)).toEqual(multiplied(of, operands));
    }
  });

  test('sums of the largest codes and weights do not overflow on their way', () => {
    const [m, k, n] = [5, 64, 9];
    for (const [sign, element] of [
      [1, 255],
      [-1, 255],
      [1, 0],
      [-1, 0],
    ] as const) {
      const of: Product = {
        m,
        k,
        n,
        zero: 127,
        biased: false,
        residual: false,
        bounds: [-1e30, 1e30],
        seed: 1,
      };
      const operands = {
        ...operandsOf(of),
        rows: new Float32Array(m * k).fill(sign * 127),
        elements: new Uint8Array(k * n).fill(element),
        scales: new Float32Array(n).fill(1),
      };
      expect(compute(of, operands, fused)).toEqual(
        new Float32Array(m * n).fill(sign * 127 * (element - 127) * k * 127),
      );
    }
  });

  test('rows are quantized by their largest magnitude, and the codes of a row of zeros are zeros', () => {
    fc.assert(
      fc.property(shapeSize(4), shapeSize(70), fc.nat(1000), (rows, width, seed) => {
        const { functions, heap } = built.kernels;
        const values = randomRows(rows, width, seed);
        values.fill(0, 0, seed % 2 === 0 ? width : 0);
        const rowBytes = functions.dynamic_row_bytes(width);
        withMemory(built.kernels, [4 * rows * width, rows * rowBytes + 1], ([x = 0, y = 0]) => {
          floats(built.kernels, x, rows * width).set(values);
          expect(functions.quantize_rows(x, y, rows, width, LEAST)).toBe(1);
          const { HEAP32, HEAPU8 } = heap.backend.wasm;
          for (let row = 0; row < rows; row++) {
            const { codes, magnitude } = quantizedRow(values.subarray(row * width, (row + 1) * width));
            const head = y + row * rowBytes;
            expect(floats(built.kernels, head, 1)[0]).toBe(magnitude);
            const negative = codes.reduce((sum, code) => sum + Math.max(0, -code), 0);
            expect([HEAP32[(head >> 2) + 1], HEAP32[(head >> 2) + 2]]).toEqual([
              codes.reduce((sum, code) => sum + code, 0),
              negative,
            ]);
            for (let index = 0; index < (rowBytes - 32) / 2; index++) {
              const place = head + 32 + 8 * Math.floor(index / 4) + (index % 4);
              const code = codes[index] ?? 0;
              expect([HEAPU8[place], HEAPU8[place + 4]]).toEqual([code < 0 ? 0x7f : 0x80, Math.abs(code)]);
            }
          }
          expect(HEAPU8[y + rows * rowBytes]).toBe(GARBAGE);
        });
      }),
    );
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'a row with %s has no codes, wherever it is',
    (wrong) => {
      const { functions } = built.kernels;
      for (const width of [1, 3, 4, 8, 16, 23]) {
        withMemory(built.kernels, [8 * width, 2 * functions.dynamic_row_bytes(width)], ([x = 0, y = 0]) => {
          for (let position = 0; position < 2 * width; position++) {
            floats(built.kernels, x, 2 * width).fill(-3.4e38);
            expect(functions.quantize_rows(x, y, 2, width, LEAST)).toBe(1);
            floats(built.kernels, x, 2 * width)[position] = wrong;
            expect(functions.quantize_rows(x, y, 2, width, LEAST)).toBe(0);
          }
        });
      }
    },
  );

  test('the largest sum of magnitudes is that of the elements of one column', () => {
    fc.assert(
      fc.property(shapeSize(40), shapeSize(30), fc.nat(255), fc.nat(1000), (k, n, zero, seed) => {
        const { functions, heap } = built.kernels;
        const elements = randomElements(k * n, seed);
        const sums = Array.from({ length: n }, () => 0);
        for (const [index, element] of elements.entries())
          sums[index % n] = (sums[index % n] ?? 0) + Math.abs(element - zero);
        withMemory(
          built.kernels,
          [k * n, Math.ceil(n / 8) * Math.ceil(k / 4) * 32],
          ([w = 0, packed = 0]) => {
            heap.backend.wasm.HEAPU8.set(elements, w);
            functions.place_elements(w, packed, k, n, 0, 0, 0, k * n);
            expect(functions.largest_magnitude_sum(packed, zero, k, n)).toBe(Math.max(...sums));
          },
        );
      }),
    );
  });
});
