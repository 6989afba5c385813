import { engine } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import {
  answer,
  expectSameAnswers,
  float,
  loadGraph,
  type TestGraph,
} from '../../fixtures/worker/planned_graph.ts';
import { recurrence } from '../../fixtures/worker/recurrent_graph.ts';

const INT = { type: 'DT_INT32' };
const FLOAT = { element_dtype: { type: 'DT_FLOAT' } };
const number = (value: number) => ({ dtype: 'int32' as const, shape: [], values: [value] });
const numbers = (...values: number[]) => ({ dtype: 'int32' as const, shape: [values.length], values });

/** Values of the recurrence h = tanh(x + 2 h), computed directly. h stays unchanged where the mask is false. */
function expected(steps: readonly number[], mask: readonly boolean[]): number[] {
  let h = 0;
  return steps.map((x, step) => {
    if (mask[step]) h = Math.tanh(x + 2 * h);
    return h;
  });
}

const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5));

test.each(['itself', 'Identity', 'another'] as const)(
  'a loop writes its state into a list, and returns %s',
  async (given) => {
    const steps = [0.5, -1, 0.25, 2];
    const model = await loadGraph(recurrence(given));
    for (let round = 0; round < 4; round++) {
      const x = float([4, 1], steps);
      const all = expected(steps, [true, true, true, true]);
      expect(await answer(model, { x }, ['sequence', 'last'])).toEqual({
        sequence: close(all),
        last: close([given === 'another' ? 0 : (all.at(-1) ?? 0)]),
      });
    }
    model.model.dispose();
  },
);

test('a loop of no steps gives a list without elements', async () => {
  const model = await loadGraph(recurrence('Identity'));
  const x = float([0, 1], []);
  expect(await answer(model, { x }, ['sequence', 'last'])).toEqual({ sequence: [], last: [0] });
  model.model.dispose();
});

test('a loop leaves nothing behind, whatever it gives out, nor does one that fails', async () => {
  for (const given of ['itself', 'Identity', 'another'] as const) {
    const { model } = await loadGraph(recurrence(given));
    const run = (size: number) =>
      answer(
        { model },
        {
          x: float(
            [size, 1],
            Array.from({ length: size }, () => 1),
          ),
        },
        ['sequence'],
      );
    await run(2);
    const before = engine().memory().numTensors;
    for (const size of [3, 4, 5, 6, 7]) await run(size);
    // The elements of the list have one number each.
    await expect(model.execute(new Map([['x', float([2, 2], [1, 2, 3, 4])]]), ['sequence'])).rejects.toThrow(
      /does not fit a list of \[1\]/,
    );
    expect(engine().memory().numTensors).toBe(before);
    model.dispose();
  }
});

/** A graph of one input `x` and nodes that work on lists. */
const lists = (nodes: TestGraph['nodes'], weights: TestGraph['weights'] = {}): TestGraph => ({
  inputs: { x: 'float32' },
  weights: {
    any: number(-1),
    pair: numbers(2),
    zero: number(0),
    one: number(1),
    two: number(2),
    three: number(3),
    twoZero: numbers(2, 0),
    ...weights,
  },
  nodes,
});

const x = float([3, 2], [1, 2, 3, 4, 5, 6]);
const fromTensor = { name: 'list', op: 'TensorListFromTensor', input: ['x', 'pair'], attr: FLOAT };
const stack = (list: string) => ({ name: 'y', op: 'TensorListStack', input: [list, 'pair'], attr: FLOAT });

test.each<{ of: string; nodes: TestGraph['nodes']; y: readonly number[] }>([
  {
    of: 'an element',
    nodes: [fromTensor, { name: 'y', op: 'TensorListGetItem', input: ['list', 'one', 'pair'], attr: FLOAT }],
    y: [3, 4],
  },
  {
    of: 'elements in another order',
    nodes: [
      fromTensor,
      { name: 'y', op: 'TensorListGather', input: ['list', 'twoZero', 'pair'], attr: FLOAT },
    ],
    y: [5, 6, 1, 2],
  },
  {
    of: 'a list after another was made of it',
    nodes: [
      fromTensor,
      { name: 'item', op: 'TensorListGetItem', input: ['list', 'zero', 'pair'], attr: FLOAT },
      { name: 'changed', op: 'TensorListSetItem', input: ['list', 'two', 'item'], attr: FLOAT },
      { name: 'before', op: 'TensorListStack', input: ['list', 'pair'], attr: FLOAT },
      { name: 'after', op: 'TensorListStack', input: ['changed', 'pair'], attr: FLOAT },
      { name: 'y', op: 'Sub', input: ['before', 'after'] },
    ],
    y: [0, 0, 0, 0, 4, 4],
  },
  {
    of: 'what was never written, as zeros',
    nodes: [
      { name: 'list', op: 'TensorListReserve', input: ['pair', 'two'], attr: FLOAT },
      { name: 'row', op: 'GatherV2', input: ['x', 'one', 'zero'] },
      { name: 'written', op: 'TensorListSetItem', input: ['list', 'one', 'row'], attr: FLOAT },
      stack('written'),
    ],
    y: [0, 0, 3, 4],
  },
  {
    of: 'elements pushed and taken',
    nodes: [
      fromTensor,
      { name: 'popped', op: 'TensorListPopBack', input: ['list', 'pair'], attr: FLOAT },
      { name: 'pushed', op: 'TensorListPushBack', input: ['popped', 'popped:1'], attr: FLOAT },
      { name: 'again', op: 'TensorListPushBack', input: ['pushed', 'popped:1'], attr: FLOAT },
      stack('again'),
    ],
    y: [1, 2, 3, 4, 5, 6, 5, 6],
  },
  {
    of: 'a longer and a shorter list',
    nodes: [
      fromTensor,
      { name: 'short', op: 'TensorListResize', input: ['list', 'one'] },
      { name: 'long', op: 'TensorListResize', input: ['short', 'three'] },
      stack('long'),
    ],
    y: [1, 2, 0, 0, 0, 0],
  },
  {
    of: 'rows scattered over a list',
    nodes: [
      { name: 'list', op: 'TensorListReserve', input: ['pair', 'three'], attr: FLOAT },
      { name: 'rows', op: 'GatherV2', input: ['x', 'twoZero', 'zero'] },
      {
        name: 'scattered',
        op: 'TensorListScatterIntoExistingList',
        input: ['list', 'rows', 'twoZero'],
        attr: FLOAT,
      },
      stack('scattered'),
    ],
    y: [1, 2, 0, 0, 5, 6],
  },
  {
    of: 'pieces of different lengths, and how long they are',
    nodes: [
      { name: 'list', op: 'TensorListSplit', input: ['x', 'any', 'lengths'], attr: FLOAT },
      { name: 'joined', op: 'TensorListConcatV2', input: ['list', 'any', 'lengths'], attr: FLOAT },
      { name: 'sizes', op: 'Cast', input: ['joined:1'], attr: { SrcT: INT, DstT: { type: 'DT_FLOAT' } } },
      { name: 'column', op: 'Reshape', input: ['sizes', 'asColumn'] },
      { name: 'end', op: 'GatherV2', input: ['joined', 'two', 'zero'] },
      { name: 'y', op: 'AddV2', input: ['column', 'end'] },
    ],
    y: [6, 7, 7, 8],
  },
  {
    of: 'an array that is written and read',
    nodes: [
      { name: 'array', op: 'TensorArrayV3', input: ['three'], attr: { dtype: { type: 'DT_FLOAT' } } },
      { name: 'filled', op: 'TensorArrayScatterV3', input: ['array', 'all', 'x', 'array:1'] },
      {
        name: 'read',
        op: 'TensorArrayReadV3',
        input: ['array', 'two', 'filled'],
        attr: { dtype: { type: 'DT_FLOAT' } },
      },
      {
        name: 'rows',
        op: 'TensorArrayGatherV3',
        input: ['array', 'twoZero', 'filled'],
        attr: { dtype: { type: 'DT_FLOAT' } },
      },
      { name: 'size', op: 'TensorArraySizeV3', input: ['array', 'filled'] },
      { name: 'count', op: 'Cast', input: ['size'], attr: { SrcT: INT, DstT: { type: 'DT_FLOAT' } } },
      { name: 'sum', op: 'AddV2', input: ['rows', 'read'] },
      { name: 'y', op: 'AddV2', input: ['sum', 'count'] },
    ],
    y: [13, 15, 9, 11],
  },
])('$of', async ({ nodes, y }) => {
  const graph = lists(nodes, {
    lengths: numbers(1, 2),
    all: numbers(0, 1, 2),
    asColumn: numbers(2, 1),
  });
  const model = await loadGraph(graph);
  for (let round = 0; round < 4; round++) expect(await answer(model, { x }, ['y'])).toEqual({ y: [...y] });
  expect(model.model.planState()).toEqual({ kind: 'planned', shapes: 1 });
  model.model.dispose();
  await expectSameAnswers(graph, [{ x }, { x: float([3, 2], [6, 5, 4, 3, 2, 1]) }], ['y']);
});

test.each([
  ['a place beyond the end', 'TensorListGetItem', 'three', /there is no element 3 in a list of 3/],
  ['a place before the beginning', 'TensorListGetItem', 'any', /there is no element -1 in a list of 3/],
])('%s is refused', async (_, op, index, message) => {
  const graph = lists([fromTensor, { name: 'y', op, input: ['list', index, 'pair'], attr: FLOAT }]);
  const { model } = await loadGraph(graph);
  await expect(model.execute(new Map([['x', x]]), ['y'])).rejects.toThrow(message);
  model.dispose();
});

test('a branch that gives two outputs of one node gives each', async () => {
  const argument = (name: string, type: string) => ({ name, type });
  const branch = (name: string, ret: Record<string, string>) => ({
    signature: {
      name,
      inputArg: [argument('value', 'DT_FLOAT'), argument('axis', 'DT_INT32')],
      outputArg: [argument('a', 'DT_FLOAT'), argument('b', 'DT_FLOAT')],
    },
    nodeDef: [
      {
        name: 'parts',
        op: 'Split',
        input: ['axis', 'value'],
        attr: { num_split: { i: '2' }, T: { type: 'DT_FLOAT' } },
      },
    ],
    ret,
  });
  const model = await loadGraph({
    inputs: { x: 'float32', first: 'bool' },
    weights: { axis: number(0) },
    nodes: [
      {
        name: 'either',
        op: 'StatelessIf',
        input: ['first', 'x', 'axis'],
        attr: {
          then_branch: { func: { name: 'straight' } },
          else_branch: { func: { name: 'crossed' } },
          Tin: { list: { type: ['DT_FLOAT', 'DT_INT32'] } },
          Tout: { list: { type: ['DT_FLOAT', 'DT_FLOAT'] } },
        },
      },
      { name: 'y', op: 'Identity', input: ['either'] },
      { name: 'z', op: 'Identity', input: ['either:1'] },
    ],
    functions: [
      branch('straight', { a: 'parts:output:0', b: 'parts:output:1' }),
      branch('crossed', { a: 'parts:output:1', b: 'parts:output:0' }),
    ],
  });
  const ask = (first: number) =>
    answer(
      model,
      { x: float([2], [7, 9]), first: { dtype: 'bool', shape: [], values: Uint8Array.of(first) } },
      ['y', 'z'],
    );
  expect(await ask(1)).toEqual({ y: [7], z: [9] });
  expect(await ask(0)).toEqual({ y: [9], z: [7] });
  model.model.dispose();
});
