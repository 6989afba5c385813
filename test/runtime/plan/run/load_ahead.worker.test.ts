import { describe, expect, test } from 'vitest';
import { abandonBackend, currentRuntime } from '../../../../worker/runtime/backend/backend.ts';
import { runtimeMemory } from '../../../../worker/runtime/backend/memory.ts';
import { CONVOLUTION_SHAPE, convolution } from '../../../fixtures/worker/planned_convolutions.ts';
import {
  answer,
  computed,
  loadGraph,
  proven,
  requests,
  varied,
} from '../../../fixtures/worker/planned_graph.ts';

describe('a load ahead', () => {
  const inputs = new Map([['x', varied(CONVOLUTION_SHAPE, 1)]]);

  test('lets requests go first before the plan computes its probe', async () => {
    const model = await loadGraph(convolution, await proven(convolution, requests(CONVOLUTION_SHAPE)));
    let pauses = 0;
    await model.model.prepare(inputs, ['y'], async () => {
      pauses++;
      const answered = await answer(model, { x: varied(CONVOLUTION_SHAPE, 3) }, ['y']);
      expect(answered).toEqual(await computed(convolution, { x: varied(CONVOLUTION_SHAPE, 3) }));
    });
    expect(pauses).toBeGreaterThan(0);
    model.model.dispose();
  });

  test('that is abandoned at the pause frees the plan', async () => {
    const proofs = await proven(convolution, requests(CONVOLUTION_SHAPE));
    abandonBackend();
    const first = await loadGraph(convolution);
    first.model.dispose();
    const before = await runtimeMemory();
    const model = await loadGraph(convolution, proofs);
    const abandoned = async () =>
      model.model.prepare(inputs, ['y'], () => Promise.reject(new Error('abandoned')));
    await expect(abandoned()).rejects.toThrow('abandoned');
    model.model.dispose();
    expect((await runtimeMemory()).tensors).toBe(before.tensors);
    expect(currentRuntime().arena.bytes).toBe(0);
  });

  test('that is over when the backend is discarded uses no proof', async () => {
    const model = await loadGraph(convolution, await proven(convolution, requests(CONVOLUTION_SHAPE)));
    const discarded = async () =>
      model.model.prepare(inputs, ['y'], async () => {
        abandonBackend();
      });
    await discarded().catch(() => undefined);
    expect(model.stored).toEqual([]);
  });
});
