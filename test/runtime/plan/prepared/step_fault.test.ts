import { describe, expect, test } from 'vitest';
import { KERNEL_BUILDS } from '../../../../scripts/build/kernel_build.ts';
import { instantiateKernels } from '../../../../worker/runtime/kernels/kernel_functions.ts';
import { functionStep } from '../../../../worker/runtime/plan/ir/function_step.ts';
import type { KernelStep, Step } from '../../../../worker/runtime/plan/ir/step.ts';
import { type MemoryRange, stepFault } from '../../../../worker/runtime/plan/prepared/step_fault.ts';
import { compiled } from '../../../fixtures/kernels/node_backend.ts';

const functions = instantiateKernels(
  compiled(KERNEL_BUILDS[0].output),
  new WebAssembly.Memory({ initial: 1 }),
);

const at = (buffer: number, offset = 0) => ({ buffer, offset });
const buffer = (bytes: number): MemoryRange => ({ kind: 'buffer', bytes });
const constant = (bytes: number): MemoryRange => ({ kind: 'constant', bytes });

function faultOf(
  steps: readonly Step[],
  ranges: readonly MemoryRange[],
  inputBytes: number | undefined,
  output?: { readonly buffer: number; readonly bytes: number },
): string | undefined {
  const inputs = inputBytes === undefined ? [] : [{ buffer: 0, bytes: inputBytes }];
  return stepFault(steps, ranges, inputs, output === undefined ? [] : [output], functions);
}

const negate = (x: ReturnType<typeof at> | number, y: ReturnType<typeof at> | number, count: number) =>
  functionStep('unary', { operation: 8, x, y, count, alpha: 0, beta: 0 });

/** Copies `rows` rows of `width` elements into rows of `wide` elements. */
const copyRows = (x: number, y: ReturnType<typeof at>, rows: number, width: number, wide: number) =>
  functionStep('copy', {
    ...{ x: at(x), y },
    ...{ size0: 1, size1: 1, size2: 1, size3: rows, size4: width },
    ...{ x0: 0, x1: 0, x2: 0, x3: width, x4: 1, y0: 0, y1: 0, y2: 0, y3: wide, y4: 1 },
  });

describe('a step is refused', () => {
  test.each([
    ['that reads beyond a range', negate(at(0, 4), at(1), 8), 'x of unary is beyond the range 0'],
    ['that writes beyond a range', negate(at(0), at(1, 8), 8), 'y of unary is beyond the range 1'],
    ['that writes a constant', negate(at(0), at(2), 8), 'y of unary is a constant'],
    ['that reads a range that is not there', negate(at(7), at(1), 8), 'x of unary has no range 7'],
    ['that reads an address', negate(64, at(1), 8), 'unary takes x of no range'],
    ['that reads nothing', negate(0, at(1), 8), 'unary takes x of no range'],
    ['that reads what is not written', negate(at(1), at(0), 8), 'x of unary is not written before'],
    ['of a negative size', negate(at(0), at(1), -1), 'unary does not take such arguments'],
    ['of more bytes than there are', negate(at(0), at(1), 2 ** 28), 'x of unary is beyond the range 0'],
    [
      'of an operation that is not one',
      functionStep('unary', { operation: 99, x: at(0), y: at(1), count: 1, alpha: 0, beta: 0 }),
      'unary does not take such arguments',
    ],
    [
      'of a function that plans do not call',
      functionStep('place_elements', {
        ...{ b: at(0), packed: at(1), k: 1, n: 1, transposed: 0, shift: 2, first: 0, count: 1 },
      }),
      'place_elements does not take such arguments',
    ],
  ])('%s', (_what, step, expected) => {
    const ranges = [buffer(32), buffer(32), constant(32)];
    expect(faultOf([step], ranges, 32)).toBe(expected);
  });

  test('whose vectors are written behind a buffer', () => {
    const add = (count: number) =>
      functionStep('integer_add', {
        ...{ a: at(0), aOffset: 0, aScale: 1, b: at(0), bOffset: 0, bScale: 1 },
        ...{ y: at(1), count, scale: 1, zero: 0, lower: -128, upper: 127 },
      });
    expect(faultOf([add(17)], [buffer(32), buffer(32)], 32)).toBeUndefined();
    expect(faultOf([add(18)], [buffer(33), buffer(32)], 33)).toBe('y of integer_add is beyond the range 1');
    expect(faultOf([add(17)], [buffer(31), buffer(32)], 31)).toBe('a of integer_add is beyond the range 0');
  });

  test('that reads places in rows that no kernel quantized', () => {
    const rows = 2 * 64;
    const quantize = functionStep('quantize_rows', { x: at(0), y: at(1), rows: 2, width: 8, least: 1 });
    const product = (x: ReturnType<typeof at>, c: ReturnType<typeof at>, sums = 0, m = 2) =>
      functionStep('dynamic_product', {
        ...{ x, packed: at(3), zero: 0, sums: sums === 0 ? 0 : at(3), scales: at(3), bias: 0, residual: 0 },
        ...{ c, m, k: 8, n: 1, lower: 0, upper: 0, fused: 0 },
      });
    const ranges = [buffer(rows), buffer(rows), buffer(8), constant(128)];
    const fault = (...steps: readonly Step[]) => faultOf(steps, ranges, rows);
    expect(fault(quantize, product(at(1), at(2)))).toBeUndefined();
    const notRows = 'x of dynamic_product are not rows of quantize_rows';
    expect(fault(product(at(0), at(2)))).toBe(notRows);
    expect(fault(quantize, negate(at(0), at(1, 12), 1), product(at(1), at(2)))).toBe(notRows);
    expect(fault(quantize, product(at(1), at(1)))).toBe('dynamic_product does not take such arguments');
    expect(fault(quantize, product(at(1), at(2), 1))).toBe('x of dynamic_product is beyond the range 1');
    // The rows have bytes that no kernel writes.
    expect(fault(quantize, negate(at(1), at(2), 1))).toBe('x of unary is not written before');
  });

  test('whose scratch memory is also its result or what it reads', () => {
    const product = (scratch: number) =>
      functionStep('gemm', {
        ...{ a: at(0), lda: 4, packed: at(3), bias: 0, residual: 0, c: at(1), ldc: 8, m: 1, k: 4, n: 8 },
        ...{ lower: 0, upper: 0, scratch: at(scratch) },
      });
    const ranges = [buffer(32), buffer(32), buffer(32), constant(128)];
    expect(faultOf([product(2)], ranges, 32)).toBeUndefined();
    for (const twice of [0, 1])
      expect(faultOf([product(twice)], ranges, 32)).toBe('scratch of gemm is used twice');
  });

  test('of a kernel of tfjs that reads or writes other than it may', () => {
    const kernel = (read: number, reads: readonly number[], written: number): KernelStep => ({
      ...{ kind: 'kernel', name: 'Sin', run: () => [], isList: false, attributes: undefined },
      inputs: new Map([['x', { kind: 'buffer', buffer: read, shape: reads, dtype: 'float32' }]]),
      outputs: [{ buffer: written, shape: [8], dtype: 'float32' }],
      ...{ reads: [read], writes: [written] },
    });
    const ranges = [buffer(32), buffer(32), constant(32)];
    expect(faultOf([kernel(0, [8], 1)], ranges, 32, { buffer: 1, bytes: 32 })).toBeUndefined();
    expect(faultOf([kernel(0, [9], 1)], ranges, 32)).toBe('x of Sin is beyond the range 0');
    expect(faultOf([kernel(1, [8], 0)], ranges, 32)).toBe('x of Sin is not written before');
    expect(faultOf([kernel(0, [8], 2)], ranges, 32)).toBe('a result of Sin is a constant');
  });
});

describe('a buffer is read', () => {
  const ranges = [buffer(24), buffer(48)];
  const whole = { buffer: 1, bytes: 48 };

  test('once pieces have filled it', () => {
    const left = copyRows(0, at(1), 3, 2, 4);
    const right = copyRows(0, at(1, 8), 3, 2, 4);
    expect(faultOf([left, right], ranges, 24, whole)).toBeUndefined();
    expect(faultOf([right, left], ranges, 24, whole)).toBeUndefined();
    expect(faultOf([left, left], ranges, 24, whole)).toBe('an output is not written before');
    expect(faultOf([left, right, negate(at(1), at(1), 12)], ranges, 24, whole)).toBeUndefined();
    expect(faultOf([left, negate(at(1), at(1), 3)], ranges, 24)).toBe('x of unary is not written before');
    expect(faultOf([left, negate(at(1), at(1), 2)], ranges, 24)).toBeUndefined();
  });

  test('only where the request has values', () => {
    expect(faultOf([negate(at(0), at(1), 6)], ranges, 20)).toBe('x of unary is not written before');
    expect(faultOf([], ranges, 24, whole)).toBe('an output is not written before');
    expect(faultOf([], ranges, 25)).toBe('an input is beyond the range 0');
  });

  test('not if many ranges, or many steps, are written in pieces that together are too many', () => {
    const count = 2 ** 18;
    const column = (to: number) =>
      functionStep('copy', {
        ...{ x: at(0), y: at(to), size0: 1, size1: 1, size2: 1, size3: 1, size4: count },
        ...{ x0: 0, x1: 0, x2: 0, x3: 0, x4: 1, y0: 0, y1: 0, y2: 0, y3: 0, y4: 2 },
      });
    const large = [buffer(4 * count), ...[1, 2, 3, 4, 5].map(() => buffer(8 * count))];
    const tooMany = 'y of copy is written in too many pieces';
    expect(faultOf([1, 2, 3].map(column), large, 4 * count)).toBeUndefined();
    expect(faultOf([1, 2, 3, 4, 5].map(column), large, 4 * count)).toBe(tooMany);
    const word = functionStep('fill', { y: at(1, 4), count: 1, value: 0 });
    expect(faultOf([column(1), word], large, 4 * count)).toBeUndefined();
    expect(faultOf([column(1), word, word, word], large, 4 * count)).toBe(
      'y of fill is written in too many pieces',
    );
  });

  test('not if it is written in too many pieces to follow them', () => {
    const many = 2 ** 20;
    const column = functionStep('copy', {
      ...{ x: at(0), y: at(1), size0: 1, size1: 1, size2: 1, size3: 1, size4: many + 1 },
      ...{ x0: 0, x1: 0, x2: 0, x3: 0, x4: 1, y0: 0, y1: 0, y2: 0, y3: 0, y4: 2 },
    });
    expect(faultOf([column], [buffer(4 * many + 4), buffer(8 * many + 8)], 4 * many + 4)).toBe(
      'y of copy is written in too many pieces',
    );
  });
});
