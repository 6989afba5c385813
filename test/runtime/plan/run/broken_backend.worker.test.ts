import { getKernel } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { abandonBackend } from '../../../../worker/runtime/backend/backend.ts';
import { loop } from '../../../fixtures/worker/loop_graph.ts';
import { answer, loadGraph, type TestGraph, varied, weight } from '../../../fixtures/worker/planned_graph.ts';

const product: TestGraph = {
  inputs: { x: 'float32' },
  weights: { matrix: weight([2, 2]) },
  nodes: [{ name: 'y', op: 'MatMul', input: ['x', 'matrix'] }],
};

test('a plan whose heap was given up answers no more; the model loaded anew does', async () => {
  const broken = await loadGraph(product);
  const ask = (model: typeof broken, seed: number) => answer(model, { x: varied([1, 2], seed) }, ['y']);
  const expected = await ask(broken, 1);
  for (const seed of [2, 3, 4]) await ask(broken, seed);
  expect(broken.model.planState()).toEqual({ kind: 'planned', shapes: 1 });
  abandonBackend();
  await expect(ask(broken, 1)).rejects.toThrow();
  const anew = await loadGraph(product);
  for (const seed of [2, 3, 4]) await ask(anew, seed);
  expect(await ask(anew, 1)).toEqual(expected);
  expect(anew.model.planState()).toEqual({ kind: 'planned', shapes: 1 });
  // The plans of the broken model must not be accessed.
  expect(() => broken.model.dispose()).not.toThrow();
  expect(await ask(anew, 1)).toEqual(expected);
});

test('a recording under way ends with the heap, and leaves the next one its kernels', async () => {
  const looping = await loadGraph(loop('a weight'));
  const waiting = answer(looping, { x: varied([2], 1) }, ['y']);
  abandonBackend();
  const model = await loadGraph(product);
  const kernel = getKernel('Add', 'wasm').kernelFunc;
  await expect(waiting).rejects.toThrow();
  expect(getKernel('Add', 'wasm').kernelFunc).toBe(kernel);
  for (const seed of [1, 2, 3]) await answer(model, { x: varied([1, 2], seed) }, ['y']);
  expect(model.model.planState()).toEqual({ kind: 'planned', shapes: 1 });
});
