import { describe, expect, test } from 'vitest';
import { UnaryOperation } from '../../../../worker/runtime/kernels/kernel_signatures.ts';
import { type Fold, fuseEpilogues } from '../../../../worker/runtime/plan/fuse/fuse_epilogues.ts';
import type { Place } from '../../../../worker/runtime/plan/ir/buffers.ts';
import { functionStep, withArguments } from '../../../../worker/runtime/plan/ir/function_step.ts';
import type { Step } from '../../../../worker/runtime/plan/ir/step.ts';

const { NEGATIVE_INFINITY, POSITIVE_INFINITY } = Number;
const at = (buffer: number, offset = 0): Place => ({ buffer, offset });

/** Six values each: 2 rows of 3. */
const SIZES = Array.from({ length: 8 }, () => 24);

const SHAPE = { lda: 5, ldc: 3, m: 2, k: 5, n: 3 };
const product = (from: number, to: number, lower = NEGATIVE_INFINITY, upper = POSITIVE_INFINITY) =>
  functionStep('gemm', {
    ...SHAPE,
    ...{ a: at(from), packed: 1000, bias: 2000, residual: 0, c: at(to), lower, upper, scratch: at(7) },
  });
const unary = (from: Place, to: Place, operation: UnaryOperation, count: number, alpha = 0, beta = 0) =>
  functionStep('unary', { operation, x: from, y: to, count, alpha, beta });
const clamp = (from: number, to: number, lower: number, upper: number) =>
  unary(at(from), at(to), UnaryOperation.clamp, 6, lower, upper);
const normalization = (from: number, to: number) =>
  functionStep('batch_norm', {
    ...{ x: at(from), mean: 3000, variance: 3100, offset: 3200, scale: 3300, y: at(to) },
    ...{ rows: 2, channels: 3, epsilon: 1e-3, scratch: at(7) },
  });
/** A copy from the start of a buffer to a place. */
const copy = (from: number, to: Place) =>
  functionStep('copy', {
    ...{ x: at(from), y: to, size0: 1, size1: 1, size2: 1, size3: 1, size4: 3 },
    ...{ x0: 0, x1: 0, x2: 0, x3: 0, x4: 1, y0: 0, y1: 0, y2: 0, y3: 0, y4: 1 },
  });

const noFold: Fold = () => undefined;
const fold: Fold = ({ weights, bias }) => ({ weights: weights + 1, bias: bias + 1 });
const fuse = (steps: readonly Step[], outputs: number[], how = noFold) =>
  fuseEpilogues(steps, outputs, SIZES, how);

describe('a clamp', () => {
  test('becomes the bounds of the product before it, one after the other', () => {
    const steps = [product(0, 1), clamp(1, 2, 0, POSITIVE_INFINITY), clamp(2, 3, -1, 6)];
    expect(fuse(steps, [3])).toEqual([product(0, 3, 0, 6)]);
  });

  test('of clamped values can only narrow', () => {
    expect(fuse([product(0, 1), clamp(1, 2, 0, 6), clamp(2, 3, 8, 9)], [3])).toEqual([product(0, 3, 8, 8)]);
  });

  test('stays if another step reads the values before it', () => {
    const asked = [product(0, 1), clamp(1, 2, 0, 6)];
    expect(fuse(asked, [1, 2])).toEqual(asked);
    const read = [product(0, 1), clamp(1, 2, 0, 6), clamp(1, 3, 1, 2)];
    expect(fuse(read, [2, 3])).toEqual(read);
  });

  test('stays if the values are written in parts, or if it applies to only some of them', () => {
    const parts = [product(0, 1), copy(0, at(1, 12)), clamp(1, 2, 0, 6)];
    expect(fuse(parts, [2])).toEqual(parts);
    const some = [product(0, 1), unary(at(1), at(2), UnaryOperation.clamp, 3, 0, 6)];
    expect(fuse(some, [2])).toEqual(some);
    const middle = [product(0, 1), unary(at(1, 4), at(2), UnaryOperation.clamp, 6, 0, 6)];
    expect(fuse(middle, [2])).toEqual(middle);
  });

  test('is the only unary operation that can be a bound', () => {
    const steps = [product(0, 1), unary(at(1), at(2), UnaryOperation.sigmoid, 6)];
    expect(fuse(steps, [2])).toEqual(steps);
  });
});

describe('a batch normalization', () => {
  test('becomes a part of the weights, and what follows it the bounds', () => {
    const fused = product(0, 3, 0, 6);
    const steps = [product(0, 1), normalization(1, 2), clamp(2, 3, 0, 6)];
    const expected = withArguments(fused, { packed: 1001, bias: 2001 });
    expect(fuse(steps, [3], fold)).toEqual([expected]);
  });

  test('is requested with the sizes of the weights', () => {
    const asked: unknown[] = [];
    fuse([product(0, 1), normalization(1, 2)], [2], (weights, parameters) => {
      asked.push(weights, parameters);
      return undefined;
    });
    expect(asked).toEqual([
      { weights: 1000, bias: 2000, rows: 5, columns: 3, packed: true },
      { mean: 3000, variance: 3100, offset: 3200, scale: 3300, channels: 3, epsilon: 1e-3 },
    ]);
  });

  test('becomes a part of the scales and offsets of a quantized matrix, which are two rows', () => {
    const quantized = (from: number, to: number) =>
      functionStep('gemm_quantized', {
        ...product(from, to).arguments,
        ...{ vectors: 1100, format: 0, zero: 77 },
      });
    const asked: unknown[] = [];
    const fused = fuse(
      [quantized(0, 1), normalization(1, 2), clamp(2, 3, 0, 6)],
      [3],
      (weights, parameters) => {
        asked.push(weights);
        return fold(weights, parameters);
      },
    );
    const expected = { vectors: 1101, bias: 2001, lower: 0, upper: 6 };
    expect(fused).toEqual([withArguments(quantized(0, 3), expected)]);
    expect(asked).toEqual([{ weights: 1100, bias: 2000, rows: 2, columns: 3, packed: false }]);
  });

  test('stays after a clamp, and if its parameters or the weights are computed', () => {
    for (const steps of [
      [product(0, 1, 0), normalization(1, 2)],
      [product(0, 1), withArguments(normalization(1, 2), { mean: at(5) })],
      [withArguments(product(0, 1), { packed: at(5) }), normalization(1, 2)],
      [withArguments(product(0, 1), { residual: at(5) }), normalization(1, 2)],
    ]) {
      expect(fuse(steps, [2], fold)).toEqual(steps);
    }
  });
});
