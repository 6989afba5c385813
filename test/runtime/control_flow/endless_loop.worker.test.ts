import { ExecutionContext } from '@tensorflow/tfjs-converter/dist/executor/execution_context.js';
import { engine } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { countRounds } from '../../../worker/runtime/control_flow/frame_rounds.ts';
import { Rounds } from '../../../worker/runtime/control_flow/rounds.ts';
import { answer, bool, float, loadGraph, type TestGraph } from '../../fixtures/worker/planned_graph.ts';

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

const BOOL = { T: { type: 'DT_BOOL' } };
const FRAME = { ...BOOL, frame_name: { s: btoa('loop') } };

/** TensorFlow 1's form of a loop that goes on while x is true, which nothing changes. */
const UNCHANGED: TestGraph = {
  inputs: { x: 'bool' },
  nodes: [
    { name: 'entered', op: 'Enter', input: ['x'], attr: FRAME },
    { name: 'value', op: 'Merge', input: ['entered', 'next'], attr: BOOL },
    { name: 'goes_on', op: 'LoopCond', input: ['value'], attr: BOOL },
    { name: 'taken', op: 'Switch', input: ['value', 'goes_on'], attr: BOOL },
    { name: 'next', op: 'NextIteration', input: ['taken:1'], attr: BOOL },
    { name: 'y', op: 'Exit', input: ['taken'], attr: BOOL },
  ],
};

test("a loop of TensorFlow 1's is refused in the same way", async () => {
  const loaded = await loadGraph(UNCHANGED);
  expect(await answer(loaded, { x: bool([], [0]) }, ['y'])).toEqual({ y: [0] });
  const before = engine().memory().numTensors;
  await expect(loaded.model.execute(new Map([['x', bool([], [1])]]), ['y'])).rejects.toThrow(
    'the loop loop goes on after 100000 rounds',
  );
  expect(engine().memory().numTensors).toBe(before);
  expect(await answer(loaded, { x: bool([], [0]) }, ['y'])).toEqual({ y: [0] });
  loaded.model.dispose();
});

describe("the rounds of TensorFlow 1's loops", () => {
  const refusedAfter = (most: number) => `goes on after ${most} rounds`;

  test('are counted once, however many variables go round', () => {
    const context = new ExecutionContext();
    countRounds(context, new Rounds(3));
    context.enterFrame('loop');
    let contexts = context.currentContext;
    const round = (): void => {
      const before = contexts;
      for (let variable = 0; variable < 4; variable++) {
        context.currentContext = before;
        context.nextIteration();
        contexts = context.currentContext;
      }
    };
    for (let count = 0; count < 3; count++) round();
    expect(contexts.at(-1)?.iterationId).toBe(3);
    expect(round).toThrow(`the loop loop ${refusedAfter(3)}`);
  });

  test('of a loop within another are added up', () => {
    const context = new ExecutionContext();
    countRounds(context, new Rounds(8));
    context.enterFrame('outer');
    const inner = (rounds: number): void => {
      context.enterFrame('inner');
      for (let count = 0; count < rounds; count++) context.nextIteration();
      context.exitFrame();
    };
    inner(3);
    context.nextIteration();
    inner(3);
    context.nextIteration();
    expect(() => inner(1)).toThrow(`the loop inner ${refusedAfter(8)}`);
  });
});
