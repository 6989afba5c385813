import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RegisteredKernels } from '../../../worker/runtime/kernels/register_kernels.ts';
import type { WeightSpec } from '../../../worker/runtime/model_json.ts';
import { type MatrixRole, matrixLayout } from '../../../worker/runtime/weights/matrix_role.ts';
import { createWeightSink } from '../../../worker/runtime/weights/weight_sink.ts';
import { randomTensor, randomValues, shapeSize } from '../kernels/comparison.ts';
import { createNodeBackend, type NodeBackend, registerBuilt } from '../kernels/node_backend.ts';

let node: NodeBackend;
let kernels: RegisteredKernels;
beforeAll(async () => {
  node = await createNodeBackend();
  kernels = registerBuilt(node);
});
afterAll(() => kernels.unregister());

/** Writes all of the bytes in pieces of these lengths, the last one as long as it takes. */
function stream(spec: WeightSpec, bytes: Uint8Array, cuts: readonly number[], role?: MatrixRole): tf.Tensor {
  const sink = createWeightSink(kernels, spec, role && matrixLayout(spec, role));
  let taken = 0;
  for (const cut of [...cuts, bytes.length]) taken += sink.write(bytes.subarray(taken, taken + cut));
  expect(taken).toBe(bytes.length);
  expect(sink.complete).toBe(true);
  expect(sink.write(Uint8Array.of(1, 2, 3))).toBe(0);
  return sink.finish();
}

const quantization = fc.constantFrom<WeightSpec['quantization']>(
  undefined,
  { dtype: 'uint8', scale: 0.0123, min: -1.5 },
  { dtype: 'uint16', scale: 0.000123, min: -4 },
  { dtype: 'float16' },
);
const role = fc.constantFrom<MatrixRole>('matrix', 'transposed matrix', 'filter');
const cuts = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 8 });

function storedBytes({ shape, quantization }: WeightSpec, seed: number): Uint8Array {
  const count = tf.util.sizeFromShape(shape);
  const values = randomValues(count, seed);
  switch (quantization?.dtype) {
    case undefined:
      return new Uint8Array(values.buffer);
    case 'uint8':
      return Uint8Array.from(values, (value) => value * 128 + 128);
    case 'uint16':
      return new Uint8Array(Uint16Array.from(values, (value) => value * 32768 + 32768).buffer);
    case 'float16':
      // Infinity and what is not a number have the exponent of 31.
      return new Uint8Array(Uint16Array.from(values, (value) => (value * 32768 + 32768) & 0xbbff).buffer);
  }
}

describe('a weight that is a matrix of products', () => {
  const weights = fc.record({
    rows: shapeSize(40),
    columns: shapeSize(40),
    quantization,
    role,
    seed: fc.nat(99),
  });

  test('is what any other weight is, wherever its bytes are cut', () => {
    fc.assert(
      fc.property(weights, cuts, ({ rows, columns, quantization, role, seed }, cuts) => {
        const spec: WeightSpec = { name: 'w', shape: [rows, columns], dtype: 'float32', quantization };
        const bytes = storedBytes(spec, seed);
        const plain = stream(spec, bytes, []);
        const matrix = stream(spec, bytes, cuts, role);
        expect(matrix.dataSync()).toEqual(plain.dataSync());
        tf.dispose([plain, matrix]);
      }),
      { numRuns: 200 },
    );
  });

  test('is packed as pack_b packs it', () => {
    fc.assert(
      fc.property(shapeSize(40), shapeSize(40), fc.boolean(), cuts, (k, n, transposed, cuts) => {
        const spec: WeightSpec = { name: 'w', shape: transposed ? [n, k] : [k, n], dtype: 'float32' };
        const bytes = storedBytes(spec, k);
        const layout = { k, n, transposed };
        const { functions, heap, weights } = kernels;
        const matrix = stream(spec, bytes, cuts, transposed ? 'transposed matrix' : 'matrix');
        const plain = stream(spec, bytes, []);
        const size = functions.packed_bytes(k, n);
        const expected = heap.allocate(size);
        if (transposed) functions.pack_b_transposed(heap.address(plain), expected, k, n, k);
        else functions.pack_b(heap.address(plain), expected, k, n, n);
        const memory = new Uint8Array(node.memory.buffer);
        weights.use(matrix, layout, (packed) => {
          expect(memory.slice(packed, packed + size)).toEqual(memory.slice(expected, expected + size));
        });
        heap.free(expected);
        tf.dispose([plain, matrix]);
      }),
      { numRuns: 100 },
    );
  });

  test('is unpacked for whoever else asks, and used on', () => {
    const spec: WeightSpec = { name: 'w', shape: [33, 21], dtype: 'float32' };
    const bytes = storedBytes(spec, 3);
    const x = randomTensor([5, 33], 2);
    for (const order of [
      ['product', 'read', 'product'],
      ['read', 'product', 'product', 'read', 'product'],
    ]) {
      const plain = stream(spec, bytes, []);
      const matrix = stream(spec, bytes, [], 'matrix');
      for (const use of order) {
        tf.tidy(() => {
          const [actual, expected] = [matrix, plain].map((weight) =>
            use === 'read' ? tf.reverse(weight, [0]) : tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D),
          );
          expect(actual?.dataSync()).toEqual(expected?.dataSync());
        });
      }
      tf.dispose([plain, matrix]);
    }
    x.dispose();
  });

  test('leaves nothing behind, finished or abandoned, used or not', () => {
    const spec: WeightSpec = { name: 'w', shape: [512, 1024], dtype: 'float32' };
    const bytes = storedBytes(spec, 3);
    const x = randomTensor([1, 512], 2);
    const round = (cut: number) => {
      const sink = createWeightSink(kernels, spec, matrixLayout(spec, 'matrix'));
      sink.write(bytes.subarray(0, cut));
      if (!sink.complete) sink.abandon();
      else {
        const matrix = sink.finish();
        if (cut % 2 === 0) tf.dispose(tf.matMul(x as tf.Tensor2D, matrix as tf.Tensor2D));
        matrix.dispose();
      }
    };
    round(bytes.length);
    const before = { heap: node.memory.buffer.byteLength, data: node.backend.numDataIds() };
    for (let time = 0; time < 30; time++) round(time % 3 === 0 ? 1000 : bytes.length);
    expect({ heap: node.memory.buffer.byteLength, data: node.backend.numDataIds() }).toEqual(before);
    x.dispose();
  });

  test('is refused where it is larger than 32 bits can tell', () => {
    const spec: WeightSpec = { name: 'w', shape: [2 ** 16, 2 ** 16], dtype: 'float32' };
    expect(() => createWeightSink(kernels, spec, matrixLayout(spec, 'matrix'))).toThrow('has no room');
  });
});
