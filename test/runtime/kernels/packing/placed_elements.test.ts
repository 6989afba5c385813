import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KERNEL_BUILDS } from '../../../../scripts/build/kernel_build.ts';
import { instantiateKernels } from '../../../../worker/runtime/kernels/kernel_functions.ts';
import { shapeSize } from '../../../fixtures/kernels/comparison.ts';
import { compiled } from '../../../fixtures/kernels/node_backend.ts';

const memory = new WebAssembly.Memory({ initial: 4 });
const builds = KERNEL_BUILDS.map(({ output }) => instantiateKernels(compiled(output), memory));
const bytes = new Uint8Array(memory.buffer);

const COLUMNS = 8;
const BLOCK_BYTES = 32;
const [RUN, PACKED] = [1024, 2 * 65536];
const GARBAGE = 0xa5;

/** Returns where a byte of an element of row `row` and column `column` lies: see assembly/product/pack.ts and quantized.ts. */
function placeOf(row: number, column: number, k: number, width: number): number {
  const rows = 4 / width;
  const panel = Math.floor(column / COLUMNS) * Math.ceil(k / rows) * BLOCK_BYTES;
  return panel + Math.floor(row / rows) * BLOCK_BYTES + (column % COLUMNS) * 4 + (row % rows) * width;
}

const matrices = fc.record({
  k: shapeSize(40),
  n: shapeSize(40),
  shift: fc.constantFrom(0 as const, 1 as const, 2 as const),
  transposed: fc.constantFrom(0 as const, 1 as const),
  /** Where the elements are cut into runs. */
  cuts: fc.array(fc.nat(1600), { maxLength: 4 }),
});

test('elements in runs of any length come to their places in panels, and back', () => {
  fc.assert(
    fc.property(matrices, ({ k, n, shift, transposed, cuts }) => {
      const width = 1 << shift;
      const count = k * n;
      const elements = Uint8Array.from({ length: count * width }, (_, index) => (index * 37 + 11) % 251);
      const packedBytes = Math.ceil(n / COLUMNS) * Math.ceil(k / (4 / width)) * BLOCK_BYTES;
      const expected = new Uint8Array(packedBytes).fill(GARBAGE);
      for (let index = 0; index < count; index += 1) {
        const [row, column] = transposed
          ? [index % k, Math.floor(index / k)]
          : [Math.floor(index / n), index % n];
        const element = elements.subarray(index * width, (index + 1) * width);
        expected.set(element, placeOf(row, column, k, width));
      }
      const ends = [...cuts.filter((cut) => cut < count), count].sort((a, b) => a - b);
      for (const functions of builds) {
        bytes.fill(GARBAGE, PACKED, PACKED + packedBytes + 64);
        for (const [index, end] of ends.entries()) {
          const first = ends[index - 1] ?? 0;
          bytes.set(elements.subarray(first * width, end * width), RUN);
          functions.place_elements(RUN, PACKED, k, n, transposed, shift, first, end - first);
        }
        expect(bytes.slice(PACKED, PACKED + packedBytes)).toEqual(expected);
        expect(bytes.slice(PACKED + packedBytes, PACKED + packedBytes + 64)).toEqual(
          new Uint8Array(64).fill(GARBAGE),
        );
        for (const [index, end] of ends.entries()) {
          const first = ends[index - 1] ?? 0;
          functions.take_elements(PACKED, RUN, k, n, transposed, shift, first, end - first);
          expect(bytes.slice(RUN, RUN + (end - first) * width)).toEqual(
            elements.slice(first * width, end * width),
          );
        }
      }
    }),
    { numRuns: 300 },
  );
});
