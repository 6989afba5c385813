import { expect, test } from 'vitest';
import { loop } from '../../../fixtures/worker/loop_graph.ts';
import {
  answer,
  expectSameAnswers,
  int,
  loadGraph,
  type TestGraph,
  varied,
  weight,
} from '../../../fixtures/worker/planned_graph.ts';

const requests = [1, 2, 3, 4].map((seed) => ({ x: varied([2], seed) }));

test('a loop that ends when a weight says so is unrolled', async () => {
  expect(await expectSameAnswers(loop('a weight'), requests, ['y'])).toEqual({
    refusals: [],
    state: { kind: 'planned', shapes: 1 },
  });
  const { model } = await loadGraph(loop('a weight'));
  const x = varied([2], 1);
  const { y } = await answer({ model }, { x }, ['y']);
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

test('computations of other models while a loop waits are not part of its plan', async () => {
  const other: TestGraph = {
    inputs: { x: 'float32' },
    weights: { matrix: weight([2, 2]) },
    nodes: [
      { name: 'product', op: 'MatMul', input: ['x', 'matrix'] },
      { name: 'y', op: 'Sin', input: ['product'] },
    ],
  };
  const inputs = { x: varied([1, 2], 1) };
  const first = await loadGraph(other);
  const expected = await answer(first, inputs, ['y']);
  for (let rounds = 1; rounds < 8; rounds++) {
    const looping = await loadGraph(loop('a weight'));
    const others = await Promise.all(Array.from({ length: 12 }, () => loadGraph(other)));
    const x = varied([2], rounds);
    const doubled = { y: [...x.values].map((value) => 8 * Number(value)) };
    const waiting = answer(looping, { x }, ['y']);
    // Each is recorded at its first request, during the other recording.
    for (const each of others) {
      for (let turn = 0; turn < rounds; turn++) await undefined;
      expect(await answer(each, inputs, ['y'])).toEqual(expected);
    }
    expect(await waiting).toEqual(doubled);
    for (let time = 0; time < 3; time++) expect(await answer(looping, { x }, ['y'])).toEqual(doubled);
    for (const { model, refusals } of [looping, ...others]) {
      expect(refusals).toEqual([]);
      expect(model.planState()).toEqual(
        model === looping.model ? { kind: 'planned', shapes: 1 } : { kind: 'not yet planned' },
      );
      model.dispose();
    }
  }
  first.model.dispose();
});
