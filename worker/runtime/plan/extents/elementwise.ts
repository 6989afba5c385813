import { BinaryOperation, UnaryOperation } from '../../kernels/kernel_signatures.ts';
import { areSizes, bytes, type ExtentRule, optional, vectorBytes, words } from './extent.ts';

const TABLE_BYTES = 256;

export const unary: ExtentRule<'unary'> = ({ operation, count }) =>
  isOne(UnaryOperation, operation) && areSizes(count) ? { x: words(count), y: words(count) } : undefined;

/** A side with the stride 0 in the last dimension is one element for all of them. */
export const binary: ExtentRule<'binary'> = (given) => {
  const { operation, size0, size1, size2, size3, a0, a1, a2, a3, b0, b1, b2, b3 } = given;
  if (!isOne(BinaryOperation, operation) || !areSizes(size0, size1, size2, size3)) return undefined;
  if ([a0, a1, a2, a3, b0, b1, b2, b3].some((stride) => stride < 0)) return undefined;
  if (a3 > 1 || b3 > 1 || a3 + b3 === 0) return undefined;
  const last = (stride0: number, stride1: number, stride2: number, stride3: number): number =>
    (size0 - 1) * stride0 + (size1 - 1) * stride1 + (size2 - 1) * stride2 + (size3 - 1) * stride3;
  return {
    a: words(last(a0, a1, a2, a3) + 1),
    b: words(last(b0, b1, b2, b3) + 1),
    c: words(size0 * size1 * size2 * size3),
  };
};

export const batchNorm: ExtentRule<'batch_norm'> = ({ rows, channels }, functions) =>
  areSizes(rows, channels)
    ? {
        x: words(rows * channels),
        mean: words(channels),
        variance: words(channels),
        offset: optional(words(channels)),
        scale: optional(words(channels)),
        y: words(rows * channels),
        scratch: bytes(functions.batch_norm_scratch_bytes(channels)),
      }
    : undefined;

export const integerAdd: ExtentRule<'integer_add'> = ({ count }) =>
  areSizes(count) ? { a: vectorBytes(count), b: vectorBytes(count), y: vectorBytes(count) } : undefined;

export const mapBytes: ExtentRule<'map_bytes'> = ({ count }) =>
  areSizes(count) ? { x: bytes(count), table: bytes(TABLE_BYTES), y: bytes(count) } : undefined;

export const narrowIntegers: ExtentRule<'narrow_integers'> = ({ count }) =>
  areSizes(count) ? { x: words(count), y: bytes(count) } : undefined;

export const floatsOfIntegers: ExtentRule<'floats_of_integers'> = ({ count }) =>
  areSizes(count) ? { x: vectorBytes(count), y: words(count) } : undefined;

export const integersOfFloats: ExtentRule<'integers_of_floats'> = ({ count }) =>
  areSizes(count) ? { x: words(count), y: vectorBytes(count) } : undefined;

export const quantizeFloats: ExtentRule<'quantize_floats'> = ({ count }) =>
  areSizes(count) ? { x: words(count), y: vectorBytes(count) } : undefined;

function isOne(operations: Readonly<Record<string, number>>, operation: number): boolean {
  return Object.values(operations).includes(operation);
}
