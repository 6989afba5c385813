import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RegisteredKernels } from '../../../worker/runtime/kernels/register_kernels.ts';
import { randomValues, shapeSize } from '../../fixtures/kernels/comparison.ts';
import { createNodeBackend, type NodeBackend, registerBuilt } from '../../fixtures/kernels/node_backend.ts';

let node: NodeBackend;
let kernels: RegisteredKernels;
beforeAll(async () => {
  node = await createNodeBackend();
  kernels = registerBuilt(node);
});
afterAll(() => kernels.unregister());

/** Both instructions of both builds. The build without relaxed SIMD has only one. */
const VARIANTS = [
  { build: 0, fused: 0 },
  { build: 0, fused: 1 },
  { build: 1, fused: 0 },
] as const;

const LEAST = Math.fround(1e-30);
/** What memory contains that no kernel has written. */
const GARBAGE = 0xa5;

/** The nearest integer, ties to the even one. */
function nearest(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

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

/** Elements from 0 to 255, with more of the extreme ones than chance gives. */
function randomElements(count: number, seed: number): Uint8Array {
  return Uint8Array.from(randomValues(count, seed, 160), (value) =>
    Math.min(255, Math.max(0, Math.round(value + 128))),
  );
}

/** Calls `use` with blocks of memory of so many bytes, all of which contain garbage. */
function withMemory<Result>(sizes: readonly number[], use: (addresses: readonly number[]) => Result): Result {
  const { heap } = kernels;
  const addresses = sizes.map((bytes) => heap.allocate(bytes));
  for (const [index, address] of addresses.entries())
    heap.backend.wasm.HEAPU8.fill(GARBAGE, address, address + (sizes[index] ?? 0));
  try {
    return use(addresses);
  } finally {
    for (const address of addresses) heap.free(address);
  }
}

function floats(address: number, count: number): Float32Array {
  return kernels.heap.backend.wasm.HEAPF32.subarray(address >> 2, (address >> 2) + count);
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
      result[row * n + column] = Math.min(Math.max(value, lower), upper);
    }
  }
  return result;
}

function compute(of: Product, operands: Operands, fused: 0 | 1): Float32Array {
  const { m, k, n, zero, biased, bounds } = of;
  const { functions, heap } = kernels;
  const rowBytes = functions.dynamic_row_bytes(k);
  const panelBytes = Math.ceil(n / 8) * Math.ceil(k / 4) * 32;
  const sizes = [4 * m * k, k * n, m * rowBytes, panelBytes, 4 * n, 4 * n, 4 * m * n, 4 * m * n];
  return withMemory(sizes, ([x = 0, w = 0, rows = 0, packed = 0, scales = 0, bias = 0, add = 0, c = 0]) => {
    floats(x, m * k).set(operands.rows);
    heap.backend.wasm.HEAPU8.set(operands.elements, w);
    floats(scales, n).set(operands.scales);
    floats(bias, n).set(operands.bias);
    floats(add, m * n).set(operands.residual);
    functions.place_elements(w, packed, k, n, 0, 0, 0, k * n);
    expect(functions.quantize_rows(x, rows, m, k, LEAST)).toBe(1);
    const sides = [rows, packed, zero, 0, scales, biased ? bias : 0, of.residual ? add : 0, c] as const;
    functions.dynamic_product(...sides, m, k, n, ...bounds, fused);
    return floats(c, m * n).slice();
  });
}

describe.each(VARIANTS)('in build $build with fused $fused', ({ build, fused }) => {
  beforeAll(() => {
    kernels.unregister();
    kernels = registerBuilt(node, build);
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
        const { functions, heap } = kernels;
        const values = randomRows(rows, width, seed);
        values.fill(0, 0, seed % 2 === 0 ? width : 0);
        const rowBytes = functions.dynamic_row_bytes(width);
        withMemory([4 * rows * width, rows * rowBytes + 1], ([x = 0, y = 0]) => {
          floats(x, rows * width).set(values);
          expect(functions.quantize_rows(x, y, rows, width, LEAST)).toBe(1);
          const { HEAP32, HEAPU8 } = heap.backend.wasm;
          for (let row = 0; row < rows; row++) {
            const { codes, magnitude } = quantizedRow(values.subarray(row * width, (row + 1) * width));
            const head = y + row * rowBytes;
            expect(floats(head, 1)[0]).toBe(magnitude);
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
      const { functions } = kernels;
      for (const width of [1, 3, 4, 8, 16, 23]) {
        withMemory([8 * width, 2 * functions.dynamic_row_bytes(width)], ([x = 0, y = 0]) => {
          for (let position = 0; position < 2 * width; position++) {
            floats(x, 2 * width).fill(-3.4e38);
            expect(functions.quantize_rows(x, y, 2, width, LEAST)).toBe(1);
            floats(x, 2 * width)[position] = wrong;
            expect(functions.quantize_rows(x, y, 2, width, LEAST)).toBe(0);
          }
        });
      }
    },
  );

  test('a product of a quantized tensor is what its integers give, for any zeros and extreme values', () => {
    fc.assert(
      fc.property(tensorProducts, (of) => {
        const { m, k, n, zero, seed, scale, shift } = of;
        const { functions, heap } = kernels;
        const x = randomValues(m * k, seed, 100).map((value) => value + shift);
        const elements = randomElements(k * n, seed + 1);
        const rowBytes = functions.tensor_row_bytes(k);
        const panelBytes = Math.ceil(n / 8) * Math.ceil(k / 4) * 32;
        const sizes = [4 * m * k, 8, k * n, m * rowBytes, panelBytes, 4 * n, 4 * n, 4 * m * n];
        const result = withMemory(
          sizes,
          ([from = 0, numbers = 0, w = 0, rows = 0, packed = 0, sums = 0, ones = 0, c = 0]) => {
            floats(from, m * k).set(x);
            floats(numbers, 2).set([scale, zero]);
            heap.backend.wasm.HEAPU8.set(elements, w);
            functions.place_elements(w, packed, k, n, 0, 0, 0, k * n);
            heap.backend.wasm.HEAP32.set(
              Array.from({ length: n }, (_, column) =>
                elements.reduce((sum, each, index) => sum + (index % n === column ? each - 127 : 0), 0),
              ),
              sums >> 2,
            );
            floats(ones, n).fill(1);
            expect(functions.quantize_tensor(from, numbers, numbers + 4, rows, m, k)).toBe(1);
            const sides = [rows, packed, 127, sums, ones, 0, 0, c] as const;
            functions.dynamic_product(...sides, m, k, n, -1e30, 1e30, fused);
            return floats(c, m * n).slice();
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
    const { functions } = kernels;
    for (const width of [1, 5, 16, 21]) {
      withMemory([8 * width, 8, 2 * functions.tensor_row_bytes(width)], ([x = 0, numbers = 0, y = 0]) => {
        for (let position = 0; position < 2 * width; position++) {
          floats(numbers, 2).set([1, 3]);
          floats(x, 2 * width).fill(7);
          expect(functions.quantize_tensor(x, numbers, numbers + 4, y, 2, width)).toBe(1);
          floats(numbers, 2).set([divisor, zero]);
          floats(x, 2 * width)[position] = value;
          expect(functions.quantize_tensor(x, numbers, numbers + 4, y, 2, width)).toBe(0);
        }
      });
    }
  });

  test('the largest sum of magnitudes is that of the elements of one column', () => {
    fc.assert(
      fc.property(shapeSize(40), shapeSize(30), fc.nat(255), fc.nat(1000), (k, n, zero, seed) => {
        const { functions, heap } = kernels;
        const elements = randomElements(k * n, seed);
        const sums = Array.from({ length: n }, () => 0);
        for (const [index, element] of elements.entries())
          sums[index % n] = (sums[index % n] ?? 0) + Math.abs(element - zero);
        withMemory([k * n, Math.ceil(n / 8) * Math.ceil(k / 4) * 32], ([w = 0, packed = 0]) => {
          heap.backend.wasm.HEAPU8.set(elements, w);
          functions.place_elements(w, packed, k, n, 0, 0, 0, k * n);
          expect(functions.largest_magnitude_sum(packed, zero, k, n)).toBe(Math.max(...sums));
        });
      }),
    );
  });
});
