import { engine } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { imageVector } from '../../fixtures/images/vectors.ts';
import { mapWithArrays, mapWithLists } from '../../fixtures/worker/map_images.ts';
import { loadGraph } from '../../fixtures/worker/planned_graph.ts';

const strings = (...values: Uint8Array[]) => ({ dtype: 'string' as const, shape: [values.length], values });

describe.each([
  ['lists', mapWithLists()],
  ['arrays', mapWithArrays()],
])('tf.map_fn over images with %s', (_, graph) => {
  test('decodes each of them, and leaves nothing behind', async () => {
    const { model } = await loadGraph(graph);
    const { file, shape, values } = imageVector('PNG rgb 8');
    const black = imageVector('PNG black');
    expect(black.shape).toEqual(shape);
    const ask = async (...files: Uint8Array[]) =>
      (await model.execute(new Map([['x', strings(...files)]]), ['y'])).get('y');
    for (let round = 0; round < 4; round++) {
      const y = await ask(file, black.file, file);
      expect(y?.shape).toEqual([3, ...shape]);
      expect([...(y?.values ?? [])]).toEqual([...values, ...black.values, ...values]);
    }
    const before = engine().memory().numTensors;
    await ask(black.file);
    await ask(file, file);
    expect(engine().memory().numTensors).toBe(before);
    await expect(ask(file, file.subarray(0, 40))).rejects.toThrow(/^DecodeJpeg: the PNG image is cut off/);
    model.dispose();
  });
});
