import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, test } from 'vitest';
import { compareKernels, randomTensor, shapeSize } from '../../fixtures/kernels/comparison.ts';
import { createNodeBackend, type NodeBackend } from '../../fixtures/kernels/node_backend.ts';

let node: NodeBackend;
beforeAll(async () => {
  node = await createNodeBackend();
});

const dimensions = { m: shapeSize(15), k: shapeSize(40), n: shapeSize(30), seed: fc.nat(1000) };
const transposed = { transposeA: fc.boolean(), transposeB: fc.boolean() };

describe('matrix product', () => {
  test('of batches, transposed or not, with one matrix for all on either side, is what tfjs computes', () => {
    const batches = fc.constantFrom<[number[], number[]]>(
      [[], []],
      [[3], [3]],
      [[3], [1]],
      [[1], [3]],
      [
        [2, 3],
        [2, 3],
      ],
      [[2, 3], []],
      [[], [2, 2]],
    );
    fc.assert(
      fc.property(fc.record({ ...dimensions, ...transposed, batches }), (options) => {
        const { m, k, n, seed, transposeA, transposeB, batches } = options;
        const [aBatch, bBatch] = batches;
        const a = randomTensor([...aBatch, ...(transposeA ? [k, m] : [m, k])], seed);
        const b = randomTensor([...bBatch, ...(transposeB ? [n, k] : [k, n])], seed + 1);
        compareKernels(node, [a, b], (a, b) => tf.matMul(a, b, transposeA, transposeB));
      }),
      { numRuns: 150 },
    );
  });

  test('with bias and activation is what tfjs computes', () => {
    const activation = fc.constantFrom<
      'linear' | 'relu' | 'relu6' | 'elu' | 'sigmoid' | 'leakyrelu' | 'prelu'
    >('linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu');
    fc.assert(
      fc.property(fc.record({ ...dimensions, ...transposed, activation }), (options) => {
        const { m, k, n, seed, transposeA, transposeB, activation } = options;
        const a = randomTensor(transposeA ? [k, m] : [m, k], seed, 3);
        const b = randomTensor(transposeB ? [n, k] : [k, n], seed + 1);
        const bias = randomTensor([n], seed + 2);
        const slopes = randomTensor([n], seed + 3);
        compareKernels(node, [a, b, bias, slopes], (a, b, bias, preluActivationWeights) =>
          tf.fused.matMul({
            a,
            b,
            bias,
            transposeA,
            transposeB,
            activation,
            preluActivationWeights,
            leakyreluAlpha: 0.1,
          }),
        );
      }),
      { numRuns: 100 },
    );
  });

  test('of one long row or many, whose matrix fills several groups of panels, is what tfjs computes', () => {
    const sizes = {
      m: fc.oneof(fc.constant(1), fc.integer({ min: 14, max: 30 })),
      k: fc.integer({ min: 380, max: 1100 }),
      n: fc.oneof(shapeSize(20), fc.integer({ min: 180, max: 220 })),
    };
    fc.assert(
      fc.property(fc.record({ ...sizes, seed: fc.nat(1000) }), ({ m, k, n, seed }) => {
        const [a, b, bias] = [
          randomTensor([m, k], seed),
          randomTensor([k, n], seed + 1),
          randomTensor([n], seed + 2),
        ];
        compareKernels(node, [a, b, bias], (a, b, bias) => tf.fused.matMul({ a, b, bias }));
      }),
      { numRuns: 20 },
    );
  });

  test('with more columns than one group of panels is what tfjs computes', () => {
    compareKernels(node, [randomTensor([7, 900], 1), randomTensor([900, 203], 2)], (a, b) => tf.matMul(a, b));
  });
});
