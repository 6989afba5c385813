import { engine } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { answer, float, loadGraph, type TestGraph } from '../../fixtures/worker/planned_graph.ts';

const FLOAT = { type: 'DT_FLOAT' };

/** Adds x to itself until it is at least 5, which it never is if it is 0. */
const DOUBLED: TestGraph = {
  inputs: { x: 'float32' },
  weights: { five: { dtype: 'float32', shape: [], values: [5] } },
  nodes: [
    {
      name: 'loop',
      op: 'StatelessWhile',
      input: ['x', 'five'],
      attr: {
        cond: { func: { name: 'less' } },
        body: { func: { name: 'double' } },
        T: { list: { type: ['DT_FLOAT', 'DT_FLOAT'] } },
      },
    },
    { name: 'y', op: 'Identity', input: ['loop'] },
  ],
  functions: [
    {
      signature: {
        name: 'less',
        inputArg: [
          { name: 'value', type: 'DT_FLOAT' },
          { name: 'limit', type: 'DT_FLOAT' },
        ],
        outputArg: [{ name: 'goes_on', type: 'DT_BOOL' }],
      },
      nodeDef: [{ name: 'compared', op: 'Less', input: ['value', 'limit'], attr: { T: FLOAT } }],
      ret: { goes_on: 'compared:z:0' },
    },
    {
      signature: {
        name: 'double',
        inputArg: [
          { name: 'value', type: 'DT_FLOAT' },
          { name: 'limit', type: 'DT_FLOAT' },
        ],
        outputArg: [
          { name: 'sum', type: 'DT_FLOAT' },
          { name: 'same', type: 'DT_FLOAT' },
        ],
      },
      nodeDef: [{ name: 'added', op: 'AddV2', input: ['value', 'value'], attr: { T: FLOAT } }],
      ret: { sum: 'added:z:0', same: 'limit' },
    },
  ],
};

test('a loop that a value lets go on without an end is refused, and leaves nothing behind', async () => {
  const loaded = await loadGraph(DOUBLED);
  expect(await answer(loaded, { x: float([], [1]) }, ['y'])).toEqual({ y: [8] });
  const before = engine().memory().numTensors;
  await expect(loaded.model.execute(new Map([['x', float([], [0])]]), ['y'])).rejects.toThrow(
    'the loop loop goes on after 100000 rounds',
  );
  expect(engine().memory().numTensors).toBe(before);
  loaded.model.dispose();
});
