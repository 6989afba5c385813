import { tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { allowHeapGrowth, takeRefusal, wasmBackend } from '../../../worker/runtime/backend/backend.ts';
import { OutOfMemoryError } from '../../../worker/runtime/loaded_model.ts';

test('values for which the heap has no room are written nowhere', async () => {
  const backend = await wasmBackend();
  const first = tensor(Float32Array.of(1, 2, 3));
  const large = tensor(new Float32Array(2_000_000));
  const lift = allowHeapGrowth(0);
  const before = backend.wasm.HEAPU8.slice(0, 4096);
  // Fewer bytes than the heap has, and more than are free.
  expect(() => tensor(new Float32Array(3_900_000).fill(7))).toThrow(OutOfMemoryError);
  expect(backend.wasm.HEAPU8.slice(0, 4096)).toEqual(before);
  expect(takeRefusal()).toBe(true);
  lift();
  // Without the limit there is room again.
  const later = tensor(new Float32Array(3_900_000).fill(7));
  expect([...first.dataSync(), later.dataSync()[3_899_999]]).toEqual([1, 2, 3, 7]);
  for (const each of [first, large, later]) each.dispose();
});
