import { expect, test } from 'vitest';
import { runtimeMemory } from '../../../../worker/runtime/backend/memory.ts';
import { runtimeDigest } from '../../../../worker/runtime/kernels/runtime_digest.ts';
import {
  answer,
  computed,
  float,
  loadFiles,
  loadGraph,
  rehearsed,
  requests,
  type TestGraph,
  type TestModel,
  varied,
  weight,
} from '../../../fixtures/worker/planned_graph.ts';

/** A graph with an operation, Pack, that only tfjs's executor computes. */
const indirect: TestGraph = {
  inputs: { x: 'float32' },
  weights: { matrix: weight([4, 3]), twice: { dtype: 'float32', shape: [], values: [2] } },
  nodes: [
    { name: 'product', op: 'MatMul', input: ['x', 'matrix'] },
    { name: 'doubled', op: 'Mul', input: ['product', 'twice'] },
    { name: 'y', op: 'Pack', input: ['product', 'doubled'], attr: { N: { i: 2 }, axis: { i: 0 } } },
  ],
};

const KERNEL = [1, 2, 3, 4, 5, 6];
const BIAS = [10, 20, 30];

/** A dense layer of two inputs and three outputs. */
const layersModel = (
  published: Partial<Awaited<ReturnType<typeof rehearsed>>> = {},
  weights: readonly string[] = ['dense/kernel', 'dense/bias'],
): Promise<TestModel> =>
  loadFiles(
    'tfjs-layers-model',
    {
      modelTopology: {
        class_name: 'Sequential',
        config: {
          name: 'model',
          layers: [
            {
              class_name: 'Dense',
              config: { name: 'dense', units: 3, batch_input_shape: [null, 2], activation: 'linear' },
            },
          ],
        },
      },
      weightsManifest: [
        {
          paths: ['weights.bin'],
          weights: weights.map((name) => ({
            ...{ name, dtype: 'float32' },
            shape: name === 'dense/kernel' ? [2, 3] : [3],
          })),
        },
      ],
    },
    weights.map((name) => new Uint8Array(Float32Array.from(name === 'dense/kernel' ? KERNEL : BIAS).buffer)),
    published.proofs,
    published.prepared,
  );

const two = (first: number, second: number) => ({ dense_input: float([1, 2], [first, second]) });
const dense = (first: number, second: number): number[] =>
  BIAS.map((bias, column) => bias + first * (KERNEL[column] ?? 0) + second * (KERNEL[column + 3] ?? 0));

async function rehearsedLayers() {
  const model = await layersModel();
  for (const at of [1, 2, 3, 4]) await answer(model, two(at, at / 2), ['dense']);
  const plans = model.model.planProofs();
  model.model.dispose();
  return {
    proofs: { runtime: runtimeDigest() ?? '', shapes: plans.map(({ proof }) => proof) },
    prepared: plans.map(({ prepared }) => prepared),
  };
}

test('a graph whose plan is prepared answers requests of other shapes, too', async () => {
  const { proofs, prepared } = await rehearsed(indirect, requests([2, 4]));
  const model = await loadGraph(indirect, proofs, prepared);
  for (const shape of [
    [2, 4],
    [3, 4],
    [1, 4],
    [2, 4],
  ]) {
    const x = varied(shape, 5);
    expect(await answer(model, { x }, ['y'])).toEqual(await computed(indirect, { x }));
  }
  expect(model.stored).toEqual(['prepared']);
  model.model.dispose();
});

test('layers whose plan is prepared answer its shape, and others once they are made', async () => {
  const model = await layersModel(await rehearsedLayers());
  expect(await answer(model, two(1, 2), ['dense'])).toEqual({ dense: dense(1, 2) });
  expect(model.stored).toEqual(['prepared']);
  const rows = { dense_input: float([2, 2], [1, 2, 3, 4]) };
  for (let request = 0; request < 4; request++)
    expect(await answer(model, rows, ['dense'])).toEqual({ dense: [...dense(1, 2), ...dense(3, 4)] });
  expect(model.model.planState()).toEqual({ kind: 'planned', shapes: 2 });
  expect(await answer(model, two(5, 6), ['dense'])).toEqual({ dense: dense(5, 6) });
  model.model.dispose();
});

test('layers whose prepared plan is of no use are made for the first request', async () => {
  const { proofs } = await rehearsedLayers();
  const model = await layersModel({ proofs, prepared: [new Uint8Array(9)] });
  expect(await answer(model, two(1, 2), ['dense'])).toEqual({ dense: dense(1, 2) });
  expect(model.stored).toEqual(['not prepared', 'used']);
  model.model.dispose();
});

test('layers that lack a weight fail when they are made, and free what they have', async () => {
  const published = await rehearsedLayers();
  const before = (await runtimeMemory()).tensors;
  const model = await layersModel(published, ['dense/kernel']);
  await expect(answer(model, two(1, 2), ['dense'])).rejects.toThrow(
    'the files hold no weight for dense/bias',
  );
  model.model.dispose();
  expect((await runtimeMemory()).tensors).toBe(before);
});

test.each([0, 1, 2])('layers are freed after %d requests', async (count) => {
  const published = await rehearsedLayers();
  const before = await runtimeMemory();
  for (let load = 0; load < 20; load++) {
    const model = await layersModel(published);
    if (count > 0) await answer(model, two(1, 2), ['dense']);
    if (count > 1) await answer(model, { dense_input: float([2, 2], [1, 2, 3, 4]) }, ['dense']);
    model.model.dispose();
  }
  expect((await runtimeMemory()).tensors).toBe(before.tensors);
});
