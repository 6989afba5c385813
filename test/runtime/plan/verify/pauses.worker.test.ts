import { expect, test } from 'vitest';
import { abandonBackend, currentRuntime } from '../../../../worker/runtime/backend/backend.ts';
import { runtimeMemory } from '../../../../worker/runtime/backend/memory.ts';
import type { Pause } from '../../../../worker/runtime/loaded_model.ts';
import { answer, dense, loadGraph, type TestModel, varied } from '../../../fixtures/worker/planned_graph.ts';

const inputs = (seed: number) => ({ x: varied([2, 4], seed) });

/** Computes as a warmup does. */
const warmUp = async ({ model }: TestModel, seed: number, pause: Pause) =>
  model.execute(new Map(Object.entries(inputs(seed))), ['y'], pause);

test('a proof that no request waits for lets requests go first between its parts', async () => {
  const [loading, serving] = [await loadGraph(dense), await loadGraph(dense)];
  const expected = await answer(serving, inputs(9), ['y']);
  for (const seed of [1, 2]) await answer(serving, inputs(seed), ['y']);
  await warmUp(loading, 1, () => Promise.reject(new Error('the first request has one part')));
  const answers: unknown[] = [];
  await warmUp(loading, 2, async () => {
    answers.push(await answer(serving, inputs(9), ['y']));
  });
  // The plan is made, run, and run again for each of at least two probes, which the executor computes too.
  expect(answers.length).toBeGreaterThanOrEqual(6);
  for (const each of answers) expect(each).toEqual(expected);
  expect(loading.model.planState()).toEqual({ kind: 'planned', shapes: 1 });
  expect(await answer(loading, inputs(9), ['y'])).toEqual(expected);
});

test('a request that comes between the parts of a proof is answered, and the proof goes on', async () => {
  const [model, fresh] = [await loadGraph(dense), await loadGraph(dense)];
  const expected = await answer(fresh, inputs(9), ['y']);
  await answer(model, inputs(1), ['y']);
  await warmUp(model, 2, async () => expect(await answer(model, inputs(9), ['y'])).toEqual(expected));
  expect(model.model.planState()).toEqual({ kind: 'planned', shapes: 1 });
});

test('a proof that is abandoned at any pause frees its plan', async () => {
  // The plans of other tests would keep the arena.
  abandonBackend();
  const pauses = await countPauses();
  for (let last = 0; last < pauses; last++) {
    const before = await runtimeMemory();
    const model = await loadGraph(dense);
    await answer(model, inputs(1), ['y']);
    let count = 0;
    const abandoned = warmUp(model, 2, async () => {
      if (count++ === last) throw new Error('abandoned');
    });
    await expect(abandoned).rejects.toThrow('abandoned');
    expect(model.model.planState()).not.toEqual({ kind: 'planned', shapes: 1 });
    model.model.dispose();
    expect((await runtimeMemory()).tensors).toBe(before.tensors);
    expect(currentRuntime().arena.bytes).toBe(0);
  }
});

test('a proof ends if the heap was given up, or the model freed, at any pause', async () => {
  const pauses = await countPauses();
  for (let last = 0; last < pauses; last++) {
    for (const interrupt of [({ model }: TestModel) => model.dispose(), () => abandonBackend()]) {
      const model = await loadGraph(dense);
      await answer(model, inputs(1), ['y']);
      let count = 0;
      await warmUp(model, 2, async () => {
        if (count++ === last) interrupt(model);
      }).catch(() => undefined);
      expect(model.model.planState()).not.toEqual({ kind: 'planned', shapes: 1 });
    }
    const next = await loadGraph(dense);
    for (const seed of [1, 2]) await answer(next, inputs(seed), ['y']);
    expect(next.model.planState()).toEqual({ kind: 'planned', shapes: 1 });
  }
});

async function countPauses(): Promise<number> {
  const model = await loadGraph(dense);
  let pauses = 0;
  const pause = async () => {
    pauses++;
  };
  for (const seed of [1, 2]) await warmUp(model, seed, pause);
  model.model.dispose();
  return pauses;
}
