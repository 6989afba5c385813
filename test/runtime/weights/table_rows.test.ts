import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WeightSpec } from '../../../worker/model/model_json.ts';
import type { RegisteredKernels } from '../../../worker/runtime/kernels/register_kernels.ts';
import { createWeightSink } from '../../../worker/runtime/weights/create_weight_sink.ts';
import { matrixLayout } from '../../../worker/runtime/weights/matrix_role.ts';
import { createNodeBackend, type NodeBackend, registerBuilt } from '../../fixtures/kernels/node_backend.ts';
import { quantization, storedBytes, streamWeight } from './stored_weight.ts';

let node: NodeBackend;
let kernels: RegisteredKernels;
beforeAll(async () => {
  node = await createNodeBackend();
  kernels = registerBuilt(node);
});
afterAll(() => kernels.unregister());

const indicesOf = (shape: number[], rows: number, seed: number) =>
  tf.tensor(
    Int32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, index) => (index * 7919 + seed) % rows),
    shape,
    'int32',
  );

/** Streams a table as the loader of graphs does. */
function loadTable(spec: WeightSpec, bytes: Uint8Array): tf.Tensor {
  const sink = createWeightSink(kernels, spec, matrixLayout(spec, 'table'));
  sink.write(bytes);
  return sink.finish();
}

describe('a quantized table of which rows are taken', () => {
  const cases = fc.record({
    rows: fc.integer({ min: 300, max: 500 }),
    sizes: fc.constantFrom([111], [120], [3, 40], [2, 5, 13]),
    quantization: quantization.filter((each) => each !== undefined),
    shape: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }),
    seed: fc.nat(999),
  });

  test('gives the rows that the same table of float32 gives, and stays quantized', () => {
    fc.assert(
      fc.property(cases, ({ rows, sizes, quantization, shape, seed }) => {
        const spec: WeightSpec = { name: 'w', shape: [rows, ...sizes], dtype: 'float32', quantization };
        const bytes = storedBytes(spec, seed);
        const plain = streamWeight(kernels, spec, bytes, []);
        const table = loadTable(spec, bytes);
        const indices = indicesOf(shape, rows, seed);
        const [expected, actual] = [tf.gather(plain, indices), tf.gather(table, indices)];
        expect(actual.shape).toEqual([...shape, ...sizes]);
        expect(actual.dataSync()).toEqual(expected.dataSync());
        expect(kernels.weights.hasRows(table)).toBe(true);
        tf.dispose([plain, table, indices, expected, actual]);
      }),
      { numRuns: 60 },
    );
  });

  const TABLE: WeightSpec = {
    name: 'w',
    shape: [400, 100],
    dtype: 'float32',
    quantization: { dtype: 'uint8', scale: 0.5, min: -1 },
  };
  const stored = Uint8Array.from({ length: 40_000 }, (_, index) => index % 251);

  test('refuses an index beyond its rows', () => {
    const table = loadTable(TABLE, stored);
    for (const index of [-1, 400]) {
      expect(() => tf.gather(table, tf.tensor1d([index], 'int32'))).toThrow('GatherV2');
    }
    table.dispose();
  });

  test('is unpacked for other readers', () => {
    const table = loadTable(TABLE, stored);
    const columns = tf.gather(table, tf.tensor1d([99], 'int32'), 1);
    expect(columns.dataSync()[399]).toBe((39_999 % 251) * 0.5 - 1);
    expect(kernels.weights.hasRows(table)).toBe(false);
    expect(tf.gather(table, tf.tensor1d([1], 'int32')).dataSync()[0]).toBe((100 % 251) * 0.5 - 1);
    table.dispose();
  });

  test('is no such table if it is of float32, or small', () => {
    expect(matrixLayout({ ...TABLE, quantization: undefined }, 'table')).toBeUndefined();
    expect(matrixLayout({ ...TABLE, shape: [40, 100] }, 'table')).toBeUndefined();
    expect(matrixLayout(TABLE, 'table')).toEqual({ k: 400, n: 100, transposed: false });
  });

  test.each([
    ['uint8', 1, false],
    ['uint8', 2, false],
    ['uint8', 3, true],
    ['float16', 1, false],
    ['float16', 4, false],
    ['float16', 5, true],
  ] as const)(
    'of %s with %i columns is quantized only where that takes less memory',
    (dtype, columns, isKept) => {
      const quantization = dtype === 'float16' ? { dtype } : { dtype, scale: 0.5, min: -1 };
      const spec: WeightSpec = { name: 'w', shape: [400_000, columns], dtype: 'float32', quantization };
      expect(matrixLayout(spec, 'table') !== undefined).toBe(isKept);
    },
  );
});
