import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Laboratory, toSample } from './laboratory.ts';

/** The heap finds deliberate faults. */

let laboratory: Laboratory;
beforeEach(async () => {
  laboratory = await Laboratory.create();
});
afterEach(() => laboratory.dispose());

/** Returns an output of one number, which `write` may write. `write` gets the address of an input of three numbers. */
function withOutput(
  write: (output: Float32Array, input: number, heap: Uint8Array) => void,
  dtype: 'float32' | 'bool' = 'float32',
) {
  return laboratory.underEachPoison(() => {
    const { backend } = laboratory.node;
    const input = tf.tensor([1, 2, 3]);
    const output = tf
      .engine()
      .makeTensorFromTensorInfo(backend.makeOutput([1], dtype, laboratory.kernels.heap.allocate(4)));
    const place = backend.getMemoryOffset(output.dataId);
    const heap = backend.wasm.HEAPU8;
    write(new Float32Array(heap.buffer, place, 1), backend.getMemoryOffset(input.dataId), heap);
    const samples = [toSample(output)];
    tf.dispose([input, output]);
    return samples;
  });
}

test('an output that is fully written passes', () => {
  expect(withOutput((output) => output.fill(7))).toEqual({
    kind: 'computed',
    outputs: [{ dtype: 'float32', shape: [1], values: [7] }],
  });
});

test.each(['float32', 'bool'] as const)('an output of %s that is not written is found', (dtype) => {
  expect(() => withOutput(() => undefined, dtype)).toThrow('unwritten memory');
});

test('a number read behind a tensor is found, whatever is computed from it', () => {
  expect(() =>
    withOutput((output, input, heap) => {
      const [behind = 0] = new Float32Array(heap.buffer, input + 12, 1);
      output.fill(behind > 0 ? 1 : 2);
    }),
  ).toThrow('depends on what memory held');
});

test('a byte that is written behind a tensor is found', () => {
  expect(() =>
    withOutput((output, input, heap) => {
      output.fill(7);
      heap[input + 12] = 1;
    }),
  ).toThrow('written outside of every block');
});

test('a block that is not freed is found, and a tensor', () => {
  expect(() =>
    laboratory.underEachPoison(() => {
      laboratory.kernels.heap.allocate(100);
      return [];
    }),
  ).toThrow('100 bytes are not freed');
  expect(() =>
    laboratory.underEachPoison(() => {
      tf.tensor([1]);
      return [];
    }),
  ).toThrow('1 tensors are left');
});

test('memory is poisoned again when it is freed', () => {
  expect(() =>
    withOutput((output, _, heap) => {
      const freed = laboratory.kernels.heap.allocate(4);
      laboratory.kernels.heap.free(freed);
      output.fill(new Float32Array(heap.buffer, freed, 1)[0] ?? 0);
    }),
  ).toThrow('unwritten memory');
});
