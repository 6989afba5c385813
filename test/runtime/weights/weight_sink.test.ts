import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WeightSpec } from '../../../worker/model/model_json.ts';
import type { RegisteredKernels } from '../../../worker/runtime/kernels/register_kernels.ts';
import { createWeightSink } from '../../../worker/runtime/weights/create_weight_sink.ts';
import { type MatrixRole, matrixLayout } from '../../../worker/runtime/weights/matrix_role.ts';
import { randomTensor, shapeSize } from '../../fixtures/kernels/comparison.ts';
import { createNodeBackend, type NodeBackend, registerBuilt } from '../../fixtures/kernels/node_backend.ts';
import { quantization, storedBytes, streamWeight } from './stored_weight.ts';

let node: NodeBackend;
let kernels: RegisteredKernels;
beforeAll(async () => {
  node = await createNodeBackend();
  kernels = registerBuilt(node);
});
afterAll(() => kernels.unregister());

const role = fc.constantFrom<MatrixRole>('matrix', 'transposed matrix', 'filter');
const cuts = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 8 });

describe('a weight that is a matrix of products', () => {
  const weights = fc.record({
    rows: shapeSize(40),
    columns: shapeSize(40),
    quantization,
    role,
    seed: fc.nat(99),
  });

  test('is read like any other weight, wherever its bytes are split', () => {
    fc.assert(
      fc.property(weights, cuts, ({ rows, columns, quantization, role, seed }, cuts) => {
        const spec: WeightSpec = { name: 'w', shape: [rows, columns], dtype: 'float32', quantization };
        const bytes = storedBytes(spec, seed);
        const plain = streamWeight(kernels, spec, bytes, []);
        const matrix = streamWeight(kernels, spec, bytes, cuts, role);
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
        const matrix = streamWeight(kernels, spec, bytes, cuts, transposed ? 'transposed matrix' : 'matrix');
        const plain = streamWeight(kernels, spec, bytes, []);
        const size = functions.packed_bytes(k, n);
        const expected = heap.allocate(size);
        if (transposed) functions.pack_b_transposed(heap.address(plain), expected, k, n, k);
        else functions.pack_b(heap.address(plain), expected, k, n, n);
        const memory = new Uint8Array(node.memory.buffer);
        weights.use(matrix, layout, ({ address }) => {
          expect(memory.slice(address, address + size)).toEqual(memory.slice(expected, expected + size));
        });
        heap.free(expected);
        tf.dispose([plain, matrix]);
      }),
      { numRuns: 100 },
    );
  });

  test('is unpacked for other readers, and stays in use', () => {
    const spec: WeightSpec = { name: 'w', shape: [33, 21], dtype: 'float32' };
    const bytes = storedBytes(spec, 3);
    const x = randomTensor([5, 33], 2);
    for (const order of [
      ['product', 'read', 'product'],
      ['read', 'product', 'product', 'read', 'product'],
    ]) {
      const plain = streamWeight(kernels, spec, bytes, []);
      const matrix = streamWeight(kernels, spec, bytes, [], 'matrix');
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

  test('leaks nothing, finished or abandoned, used or not', () => {
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

  test('is refused if its size does not fit into 32 bits', () => {
    const spec: WeightSpec = { name: 'w', shape: [2 ** 16, 2 ** 16], dtype: 'float32' };
    expect(() => createWeightSink(kernels, spec, matrixLayout(spec, 'matrix'))).toThrow('has no room');
  });
});
