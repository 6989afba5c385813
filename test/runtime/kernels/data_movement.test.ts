import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { compareKernels, randomTensor, shapeSize } from '../../fixtures/kernels/comparison.ts';
import { createNodeBackend, type NodeBackend, registerBuilt } from '../../fixtures/kernels/node_backend.ts';

let node: NodeBackend;
beforeAll(async () => {
  node = await createNodeBackend();
});

const shape = fc.array(shapeSize(7), { minLength: 1, maxLength: 6 });

describe('arrangement', () => {
  test('transposition of any order is what tfjs computes', () => {
    fc.assert(
      fc.property(
        shape,
        fc.array(fc.nat(), { minLength: 6, maxLength: 6 }),
        fc.nat(99),
        (sizes, keys, seed) => {
          const perm = sizes.map((_size, index) => index).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
          compareKernels(node, [randomTensor(sizes, seed)], (x) => tf.transpose(x, perm));
        },
      ),
      { numRuns: 100 },
    );
  });

  test('a slice is what tfjs computes', () => {
    fc.assert(
      fc.property(shape, fc.nat(), fc.nat(), fc.nat(99), (sizes, from, length, seed) => {
        const begin = sizes.map((size, index) => (from >> index) % size);
        const extent = sizes.map((size, index) => 1 + ((length >> index) % (size - (begin[index] ?? 0))));
        compareKernels(node, [randomTensor(sizes, seed)], (x) => tf.slice(x, begin, extent));
      }),
      { numRuns: 100 },
    );
  });

  test('a slice in steps, forwards and backwards, is what tfjs computes', () => {
    // At least one element, because tfjs's CPU backend throws without elements. Counted from either end.
    const dimension = fc
      .record({
        size: shapeSize(7),
        from: fc.nat(6),
        length: shapeSize(8),
        step: fc.constantFrom(-3, -2, -1, 1, 2, 3),
        fromEnd: fc.boolean(),
      })
      .map(({ size, from, length, step, fromEnd }) => {
        const first = from % size;
        const last = first + Math.sign(step) * length;
        return {
          size,
          step,
          begin: fromEnd ? first - size : first,
          end: last < 0 ? -size - 1 : last,
        };
      });
    const dimensions = fc.array(dimension, { minLength: 1, maxLength: 4 });
    const mask = fc.nat(15);
    fc.assert(
      fc.property(dimensions, mask, mask, mask, fc.nat(99), (all, beginMask, endMask, shrink, seed) => {
        const shrinkMask = all.every(({ step }) => step === 1) ? shrink : 0;
        compareKernels(
          node,
          [
            randomTensor(
              all.map(({ size }) => size),
              seed,
            ),
          ],
          (x) =>
            tf.stridedSlice(
              x,
              all.map(({ begin }) => begin),
              all.map(({ end }) => end),
              all.map(({ step }) => step),
              beginMask,
              endMask,
              0,
              0,
              shrinkMask,
            ),
        );
      }),
      { numRuns: 150 },
    );
  });

  test('padding is what tfjs computes', () => {
    const dimension = fc.tuple(shapeSize(6), fc.nat(3), fc.nat(3));
    fc.assert(
      fc.property(fc.array(dimension, { minLength: 1, maxLength: 4 }), fc.nat(99), (all, seed) => {
        const paddings = all.map<[number, number]>(([, before, after]) => [before, after]);
        compareKernels(
          node,
          [
            randomTensor(
              all.map(([size]) => size),
              seed,
            ),
          ],
          (x) => tf.pad(x, paddings, 0.5),
        );
      }),
      { numRuns: 60 },
    );
  });

  test('concatenation and packing along any axis are what tfjs computes', () => {
    fc.assert(
      fc.property(
        fc.array(shapeSize(6), { minLength: 1, maxLength: 4 }),
        fc.nat(),
        fc.array(fc.nat(5), { minLength: 1, maxLength: 4 }),
        (sizes, axes, lengths) => {
          const axis = axes % sizes.length;
          const inputs = lengths.map((length, index) =>
            randomTensor(sizes.toSpliced(axis, 1, length), index),
          );
          compareKernels(node, inputs, (...tensors) => tf.concat(tensors, axis));
          const alike = lengths.map((_length, index) => randomTensor(sizes, index));
          compareKernels(node, alike, (...tensors) => tf.stack(tensors, axes % (sizes.length + 1)));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('batch normalization, with and without scale and offset, is what tfjs computes', () => {
    fc.assert(
      fc.property(
        shapeSize(6),
        shapeSize(19),
        fc.boolean(),
        fc.boolean(),
        fc.nat(99),
        (rows, channels, scaled, shifted, seed) => {
          const vectors = [1, 2, 3, 4].map((index) => randomTensor([channels], seed + index));
          compareKernels(
            node,
            [randomTensor([1, rows, 2, channels], seed), ...vectors],
            (x, mean, variance, offset, scale) =>
              tf.batchNorm(
                x as tf.Tensor4D,
                mean as tf.Tensor1D,
                tf.abs(variance) as tf.Tensor1D,
                shifted ? (offset as tf.Tensor1D) : undefined,
                scaled ? (scale as tf.Tensor1D) : undefined,
                1e-2,
              ),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  test('of integers and of empty tensors is left to the replaced kernels', () => {
    const kernels = registerBuilt(node);
    const results = tf.tidy(() => [
      tf.slice(tf.tensor1d([1, 2, 3], 'int32'), 1, 2),
      tf.concat([tf.zeros([0, 3]), tf.zeros([0, 3])], 0),
      tf.stack([tf.tensor1d(['a']), tf.tensor1d(['b'])]),
    ]);
    expect(results.map(({ shape, dtype }) => [shape, dtype])).toEqual([
      [[2], 'int32'],
      [[0, 3], 'float32'],
      [[2, 1], 'string'],
    ]);
    tf.dispose(results);
    kernels.unregister();
  });
});
