import { expect, test } from 'vitest';
import {
  answer,
  expectSameAnswers,
  float,
  int,
  loadGraph,
  type TestGraph,
} from '../../fixtures/worker/planned_graph.ts';

const FLOAT = { T: { type: 'DT_FLOAT' } };
const argument = (name: string) => ({ name, type: 'DT_FLOAT' });

const branch = (name: string, op: string) => ({
  signature: { name, inputArg: [argument('a'), argument('b')], outputArg: [argument('result')] },
  nodeDef: [{ name: 'computed', op, input: ['a', 'b'], attr: FLOAT }],
  ret: { result: 'computed:z:0' },
});

/** The sum, the difference or the product of two inputs. */
const graph = (op: 'Case' | 'StatelessCase'): TestGraph => ({
  inputs: { number: 'int32', a: 'float32', b: 'float32' },
  nodes: [
    {
      name: 'chosen',
      op,
      input: ['number', 'a', 'b'],
      attr: { branches: { list: { func: [{ name: 'sum' }, { name: 'difference' }, { name: 'product' }] } } },
    },
    { name: 'y', op: 'Identity', input: ['chosen'] },
  ],
  functions: [branch('sum', 'AddV2'), branch('difference', 'Sub'), branch('product', 'Mul')],
});

/** By the documentation of tf.switch_case, the last function is called for a number of none. */
const CALLED = [
  [0, [12, 15]],
  [1, [8, 5]],
  [2, [20, 50]],
  [3, [20, 50]],
  [-1, [20, 50]],
] as const;

const requests = CALLED.map(([number]) => ({
  number: int([], [number]),
  a: float([2], [10, 10]),
  b: float([2], [2, 5]),
}));

test.each(['Case', 'StatelessCase'] as const)('%s calls the function of a number', async (op) => {
  const model = await loadGraph(graph(op));
  for (let round = 0; round < 4; round++)
    for (const [index, [, result]] of CALLED.entries())
      expect(await answer(model, requests[index] ?? {}, ['y'])).toEqual({ y: [...result] });
  model.model.dispose();
  await expectSameAnswers(graph(op), requests, ['y']);
});
