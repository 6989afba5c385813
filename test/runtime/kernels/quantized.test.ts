import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WeightSpec } from '../../../worker/model/model_json.ts';
import { isDeferred } from '../../../worker/runtime/kernels/packing/deferred_memory.ts';
import type { RegisteredKernels } from '../../../worker/runtime/kernels/register_kernels.ts';
import type { MatrixRole } from '../../../worker/runtime/weights/matrix_role.ts';
import { expectClose, randomTensor, shapeSize } from '../../fixtures/kernels/comparison.ts';
import { createNodeBackend, type NodeBackend, registerBuilt } from '../../fixtures/kernels/node_backend.ts';
import { storedBytes, streamWeight } from '../weights/stored_weight.ts';

let node: NodeBackend;
beforeAll(async () => {
  node = await createNodeBackend();
});

type Quantization = NonNullable<WeightSpec['quantization']>;

const scales = { scale: fc.double({ min: 0.0001, max: 0.004, noNaN: true }) };
/** Ranges that contain 0, end at 0, or are far from it. */
const least = fc.constantFrom(-0.5, -0.49871, 0, -1, 0.3, -1.7);
const quantization = fc.oneof(
  fc.record({ ...scales, least }).map(({ scale, least }): Quantization => {
    return { dtype: 'uint8', scale, min: least * 255 * scale };
  }),
  fc.record({ ...scales, least }).map(({ scale, least }): Quantization => {
    return { dtype: 'uint16', scale: scale / 256, min: least * 255 * scale };
  }),
  fc.constant<Quantization>({ dtype: 'float16' }),
);

/** Expects the same result with a quantized weight and with its expanded form. */
function compareExpanded(
  kernels: RegisteredKernels,
  spec: WeightSpec,
  role: MatrixRole,
  compute: (weight: tf.Tensor) => tf.Tensor,
): void {
  const bytes = storedBytes(spec, spec.shape.length);
  const plain = streamWeight(kernels, spec, bytes, []);
  const quantized = streamWeight(kernels, spec, bytes, [], role);
  const [actual, again, expected] = [compute(quantized), compute(quantized), compute(plain)];
  const terms = plain.size / (actual.shape.at(-1) ?? 1);
  expectClose(actual, expected, terms);
  expect(again.dataSync()).toEqual(actual.dataSync());
  // It has not been expanded to float32.
  expect(isDeferred(kernels.heap.backend.dataIdMap.get(quantized.dataId))).toBe(true);
  tf.dispose([plain, quantized, actual, again, expected]);
}

describe.each([0, 1] as const)('quantized weights, in build %i', (build) => {
  let kernels: RegisteredKernels;
  beforeAll(() => {
    kernels = registerBuilt(node, build);
  });
  afterAll(() => kernels.unregister());

  test('multiply as they do expanded, with one row and with many', () => {
    const activation = fc.constantFrom<'linear' | 'relu' | 'relu6'>('linear', 'relu', 'relu6');
    fc.assert(
      fc.property(
        fc.record({
          m: fc.oneof(fc.constant(1), shapeSize(20)),
          k: shapeSize(70),
          n: fc.oneof(shapeSize(12), shapeSize(90)),
          transposed: fc.boolean(),
          biased: fc.boolean(),
          activation,
          quantization,
          seed: fc.nat(1000),
        }),
        ({ m, k, n, transposed, biased, activation, quantization, seed }) => {
          const a = randomTensor([m, k], seed) as tf.Tensor2D;
          const bias = biased ? randomTensor([n], seed + 1) : null;
          const shape = transposed ? [n, k] : [k, n];
          compareExpanded(
            kernels,
            { name: 'w', shape, dtype: 'float32', quantization },
            transposed ? 'transposed matrix' : 'matrix',
            (b) =>
              tf.fused.matMul({
                a,
                b: b as tf.Tensor2D,
                transposeB: transposed,
                activation,
                ...(bias && { bias }),
              }),
          );
          tf.dispose(bias === null ? [a] : [a, bias]);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('multiply as they do expanded where they are more than one group of panels', () => {
    for (const dtype of ['uint8', 'uint16'] as const) {
      for (const m of [1, 7]) {
        const a = randomTensor([m, 900], 1) as tf.Tensor2D;
        const quantization = { dtype, scale: dtype === 'uint8' ? 0.01 : 0.0001, min: -1.2 };
        compareExpanded(
          kernels,
          { name: 'w', shape: [900, 203], dtype: 'float32', quantization },
          'matrix',
          (b) => tf.matMul(a, b as tf.Tensor2D),
        );
        a.dispose();
      }
    }
  });

  test('convolve as they do expanded', () => {
    fc.assert(
      fc.property(
        fc.record({
          batch: shapeSize(2),
          height: shapeSize(9),
          width: shapeSize(9),
          channels: fc.oneof(shapeSize(6), fc.integer({ min: 30, max: 40 })),
          outChannels: shapeSize(30),
          filterHeight: shapeSize(3),
          filterWidth: shapeSize(3),
          strides: shapeSize(2),
          pad: fc.constantFrom<'same' | 'valid'>('same', 'valid'),
          quantization,
          seed: fc.nat(1000),
        }),
        ({
          batch,
          height,
          width,
          channels,
          outChannels,
          filterHeight,
          filterWidth,
          strides,
          pad,
          ...options
        }) => {
          fc.pre(pad === 'same' || (filterHeight <= height && filterWidth <= width));
          const { quantization, seed } = options;
          const x = randomTensor([batch, height, width, channels], seed) as tf.Tensor4D;
          const shape = [filterHeight, filterWidth, channels, outChannels];
          compareExpanded(kernels, { name: 'w', shape, dtype: 'float32', quantization }, 'filter', (filter) =>
            tf.conv2d(x, filter as tf.Tensor4D, strides, pad),
          );
          x.dispose();
        },
      ),
      { numRuns: 80 },
    );
  });

  test('convolve as they do expanded where they are more than one group of panels', () => {
    const x = randomTensor([1, 4, 5, 256], 1) as tf.Tensor4D;
    const quantization = { dtype: 'uint8', scale: 0.01, min: -1.2 } as const;
    compareExpanded(
      kernels,
      { name: 'w', shape: [3, 3, 256, 150], dtype: 'float32', quantization },
      'filter',
      (filter) => tf.conv2d(x, filter as tf.Tensor4D, 1, 'same'),
    );
    x.dispose();
  });

  test('are expanded if a half-precision number is infinite or NaN', () => {
    const spec: WeightSpec = {
      name: 'w',
      shape: [3, 2],
      dtype: 'float32',
      quantization: { dtype: 'float16' },
    };
    const bytes = new Uint8Array(Uint16Array.of(0x3c00, 0xfc00, 0x7e00, 0x0001, 0x8000, 0xc000).buffer);
    const weight = streamWeight(kernels, spec, bytes, [3], 'matrix');
    const y = tf.matMul(tf.tensor2d([1, 0, 0], [1, 3]), weight as tf.Tensor2D);
    expect([...y.dataSync()]).toEqual([Number.NaN, Number.NEGATIVE_INFINITY]);
    expect([...weight.dataSync()]).toEqual([1, Number.NEGATIVE_INFINITY, Number.NaN, 2 ** -24, -0, -2]);
  });
});
