import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { builtKernels } from '../../fixtures/kernels/built_kernels.ts';
import { shapeSize } from '../../fixtures/kernels/comparison.ts';

const built = builtKernels();

/** Arranges a matrix [rows, columns] in panels of 8 columns, whose rows are interleaved by fours. */
function panels(matrix: readonly Uint8Array[], columns: number, behind: number): Uint8Array {
  const groups = Math.ceil(matrix.length / 4);
  const bytes = new Uint8Array(Math.ceil(columns / 8) * groups * 32).fill(behind);
  matrix.forEach((line, row) => {
    line.forEach((element, column) => {
      const group = Math.floor(column / 8) * groups + Math.floor(row / 4);
      bytes[32 * group + 4 * (column % 8) + (row % 4)] = element;
    });
  });
  return bytes;
}

const matrices = fc
  .tuple(shapeSize(70), shapeSize(30))
  .chain(([rows, columns]) =>
    fc.array(fc.uint8Array({ minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows }),
  );

describe.each([0, 1] as const)('in build %s', (build) => {
  beforeAll(() => {
    built.use(build);
  });

  test('distances from a byte are added up for each column, and no memory behind a matrix counts', () => {
    fc.assert(
      fc.property(matrices, fc.nat(255), fc.nat(255), (matrix, pivot, behind) => {
        const { functions, heap } = built.kernels;
        const columns = matrix[0]?.length ?? 0;
        const bytes = panels(matrix, columns, behind);
        const [packed, to] = [heap.allocate(bytes.length), heap.allocate(4 * (2 * columns + 3))];
        const { HEAPU8, HEAP32 } = heap.backend.wasm;
        HEAPU8.set(bytes, packed);
        HEAP32[(to >> 2) + 2 * columns + 2] = 12345;
        functions.column_sums(packed, pivot, matrix.length, columns, to);
        const distances = (sign: number) =>
          Array.from({ length: columns }, (_, column) =>
            matrix.map((line) => Math.max(0, sign * ((line[column] ?? 0) - pivot))),
          );
        const sums = (all: number[][]) => all.map((each) => each.reduce((sum, value) => sum + value, 0));
        const [above, below] = [distances(1), distances(-1)];
        const largest = (all: number[][]) => Math.max(...all.flat());
        const expected = [...sums(above), ...sums(below), largest(above), largest(below), 12345];
        expect([...HEAP32.slice(to >> 2, (to >> 2) + 2 * columns + 3)]).toEqual(expected);
        heap.free(packed);
        heap.free(to);
      }),
      { numRuns: 100 },
    );
  });
});
