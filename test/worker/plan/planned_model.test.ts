import { describe, expect, test } from 'vitest';
import type { TensorValue } from '../../../worker/runtime/tensor.ts';
import { answer, float, int, loadGraph, type TestGraph, varied } from './graph.ts';

type Inputs = Readonly<Record<string, TensorValue>>;

/**
 * Asks one model for each of these in turn, and a fresh one for each, which computes it on tfjs's executor: the
 * answers must be the same.
 */
async function expectSameAnswers(
  graph: TestGraph,
  requests: readonly Inputs[],
  outputs: readonly string[],
): Promise<{ refusals: readonly string[]; state: unknown }> {
  const asked = await loadGraph(graph);
  for (const inputs of requests) {
    const fresh = await loadGraph(graph);
    const expected = await answer(fresh, inputs, outputs);
    fresh.model.dispose();
    expect(await answer(asked, inputs, outputs)).toEqual(expected);
  }
  const state = asked.model.planState();
  asked.model.dispose();
  return { refusals: asked.refusals, state };
}

const planned = { refusals: [], state: { kind: 'planned', shapes: 1 } };

const dense: TestGraph = {
  inputs: { x: 'float32' },
  weights: {
    matrix: { dtype: 'float32', shape: [4, 3], values: [...varied([4, 3], 1).values].map(Number) },
    bias: { dtype: 'float32', shape: [3], values: [0.1, -0.2, 0.3] },
  },
  nodes: [
    { name: 'product', op: 'MatMul', input: ['x', 'matrix'] },
    { name: 'sum', op: 'BiasAdd', input: ['product', 'bias'] },
    { name: 'relu', op: 'Relu', input: ['sum'] },
    { name: 'y', op: 'Softmax', input: ['relu'] },
  ],
};

describe('a plan', () => {
  test('answers as the executor does', async () => {
    const requests = [1, 2, 3, 4].map((seed) => ({ x: varied([2, 4], seed) }));
    expect(await expectSameAnswers(dense, requests, ['y'])).toEqual(planned);
  });
});
