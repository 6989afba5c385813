import { expect, test } from 'vitest';
import type { TensorValue } from '../../../worker/runtime/tensor.ts';
import { answer, expectSameAnswers, int, loadGraph, type TestGraph, varied, weight } from './graph.ts';
import { loop } from './loop.ts';

const requests = [1, 2, 3, 4].map((seed) => ({ x: varied([2], seed) }));

test('a loop that ends when a weight says so is unrolled', async () => {
  expect(await expectSameAnswers(loop('a weight'), requests, ['y'])).toEqual({
    refusals: [],
    state: { kind: 'planned', shapes: 1 },
  });
  const { model } = await loadGraph(loop('a weight'));
  const x = varied([2], 1);
  const { y } = await answer({ model, refusals: [] }, { x }, ['y']);
  expect(y).toEqual([...x.values].map((value) => 8 * Number(value)));
  model.dispose();
});

test('a loop that ends when an input says so is not', async () => {
  const each = [3, 1, 4, 2, 0].map((limit) => ({ x: varied([2], limit), limit: int([], [limit]) }));
  const reason = 'what it computes depends on the values of an output of Less';
  expect(await expectSameAnswers(loop('an input'), each, ['y'])).toEqual({
    refusals: [reason],
    state: { kind: 'not planned', reason },
  });
});

test('what other models compute while a loop waits is no part of its plan', async () => {
  const other: TestGraph = {
    inputs: { x: 'float32' },
    weights: { matrix: weight([2, 2]) },
    nodes: [
      { name: 'product', op: 'MatMul', input: ['x', 'matrix'] },
      { name: 'y', op: 'Sin', input: ['product'] },
    ],
  };
  const looping = await loadGraph(loop('a weight'));
  const interrupting = await loadGraph(other);
  const expected = new Map<number, unknown>();
  for (let seed = 0; seed < 6; seed++) {
    const fresh = await loadGraph(other);
    expected.set(seed, await answer(fresh, { x: varied([1, 2], seed) }, ['y']));
    fresh.model.dispose();
  }
  for (let round = 0; round < 6; round++) {
    const x: TensorValue = varied([2], round);
    const waiting = [1, 2, 3].map(() => answer(looping, { x }, ['y']));
    for (let turn = 0; turn < 12; turn++) {
      expect(await answer(interrupting, { x: varied([1, 2], round) }, ['y'])).toEqual(expected.get(round));
    }
    for (const answered of await Promise.all(waiting)) {
      expect(answered.y).toEqual([...x.values].map((value) => 8 * Number(value)));
    }
  }
  expect([looping, interrupting].map(({ refusals, model }) => [refusals, model.planState()])).toEqual([
    [[], { kind: 'planned', shapes: 1 }],
    [[], { kind: 'planned', shapes: 1 }],
  ]);
  looping.model.dispose();
  interrupting.model.dispose();
});
