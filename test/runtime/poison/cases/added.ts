import fc from 'fast-check';
import { type Calls, floats, shapes, size } from '../kernel_call.ts';

const integers = (shape: readonly number[]) => ({ dtype: 'int32' as const, shape });

/** Divisors of at least 1. */
const divided: Calls = shapes(0, 4).map((shape) => ({
  inputs: { a: integers(shape), b: { ...integers(shape), range: [1, 9] } },
}));

/** Kernels that tfjs lacks. */
export const ADDED_CALLS: Readonly<Record<string, Calls>> = {
  Bitwise: fc
    .record({ shape: shapes(0, 4), operation: fc.constantFrom('and', 'left', 'or', 'right', 'xor') })
    .map(({ shape, operation }) => ({
      inputs: { a: integers(shape), b: integers([]) },
      attributes: { operation },
    })),
  ExpectInt32: shapes(0, 4).map((shape) => ({
    inputs: { x: integers(shape), approximate: floats(shape) },
    attributes: { tolerance: 2 ** 31 },
    mayRefuse: true,
  })),
  FakeQuantize: fc
    .record({ shape: shapes(1, 4), bits: fc.integer({ min: 2, max: 16 }) })
    .map(({ shape, bits }) => ({
      inputs: {
        x: floats(shape),
        min: { dtype: 'float32', shape: [], values: [-1] },
        max: { dtype: 'float32', shape: [], values: [2] },
      },
      attributes: { numBits: bits, narrowRange: false },
    })),
  MatrixBandPart: fc
    .record({
      outer: shapes(0, 2),
      rows: size,
      columns: size,
      lower: fc.constantFrom(-1, 0),
      upper: fc.constantFrom(-1, 0),
    })
    .map(({ outer, rows, columns, lower, upper }) => ({
      inputs: { x: floats([...outer, rows, columns]) },
      attributes: { numLower: lower, numUpper: upper },
    })),
  QuantizeAndDequantize: fc
    .record({
      shape: shapes(0, 4),
      numBits: fc.integer({ min: 2, max: 16 }),
      isSigned: fc.boolean(),
      isRangeGiven: fc.boolean(),
    })
    .map(({ shape, ...attributes }) => ({
      inputs: {
        x: floats(shape),
        min: { dtype: 'float32', shape: [], values: [-1] },
        max: { dtype: 'float32', shape: [], values: [2] },
      },
      attributes,
    })),
  TruncateDiv: divided,
  TruncateMod: divided,
  WrapInteger: fc
    .record({ shape: shapes(0, 4), bits: fc.constantFrom(8, 16), isSigned: fc.boolean() })
    .map(({ shape, bits, isSigned }) => ({ inputs: { x: integers(shape) }, attributes: { bits, isSigned } })),
};
