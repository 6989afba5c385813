import { describe, expect, test } from 'vitest';
import { elementCount, type TensorValue } from '../../../../worker/model/tensor.ts';
import {
  answer,
  dense,
  expectSameAnswers,
  float,
  graph,
  int,
  loadGraph,
  PLANNED,
  shapeOf,
  type TestGraph,
  varied,
  weight,
} from '../../../fixtures/worker/planned_graph.ts';

const CHANNELS = 64;
const SHAPE = [1, 4, 4, CHANNELS];
const COUNT = elementCount(SHAPE);

const random = (seed: number) => {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
};
const ofChannels = (values: number | readonly number[]) => ({
  dtype: 'float32' as const,
  shape: [CHANNELS],
  values: typeof values === 'number' ? Array<number>(CHANNELS).fill(values) : values,
});

/**
 * A convolution whose sums, for inputs about 100, are close to the mean that is subtracted from them. The difference
 * and its rounding error are multiplied by 100. Weights with the folded normalization round differently.
 */
function canceling(weightOf: (next: () => number, index: number) => number): TestGraph {
  const next = random(7);
  const filter = Array.from({ length: CHANNELS * CHANNELS }, (_, index) => weightOf(next, index));
  const means = Array.from({ length: CHANNELS }, (_, column) =>
    filter.reduce((sum, value, index) => (index % CHANNELS === column ? sum + value * 100 : sum), 0),
  );
  return graph(
    [
      {
        name: 'sum',
        op: 'Conv2D',
        input: ['x', 'filter'],
        attr: {
          strides: { list: { i: ['1', '1', '1', '1'] } },
          dilations: { list: { i: ['1', '1', '1', '1'] } },
          padding: { s: btoa('SAME') },
          data_format: { s: btoa('NHWC') },
        },
      },
      {
        name: 'y',
        op: 'FusedBatchNormV3',
        input: ['sum', 'scale', 'offset', 'mean', 'variance'],
        attr: { epsilon: { f: 1e-9 }, data_format: { s: btoa('NHWC') }, is_training: { b: false } },
      },
    ],
    {
      filter: { dtype: 'float32', shape: [1, 1, CHANNELS, CHANNELS], values: filter },
      scale: ofChannels(1),
      offset: ofChannels(0),
      mean: ofChannels(means),
      variance: ofChannels(1e-4),
    },
  );
}

const honest = (seed: number): TensorValue => {
  const next = random(seed);
  return float(
    SHAPE,
    Array.from({ length: COUNT }, () => 100 + (next() - 0.5) / 5),
  );
};
const filled = (value: number | ((index: number) => number)) =>
  float(
    SHAPE,
    Array.from({ length: COUNT }, (_, index) => (typeof value === 'number' ? value : value(index))),
  );

const REQUESTS: readonly (readonly [string, TensorValue])[] = [
  ['NaN', filled(Number.NaN)],
  ['zeros', filled(0)],
  ['infinities', filled(Number.POSITIVE_INFINITY)],
  ['the same number everywhere', filled(1)],
  ['the largest numbers', filled(3e38)],
  ['numbers near 0', filled((index) => Math.sin(index) * 1e-30)],
  ['one huge number beside small ones', filled((index) => (index === 5 ? 1e12 : Math.sin(index)))],
  ['numbers of an honest client', honest(11)],
];

describe('a plan that is wrong for some values never answers, whatever request comes first', () => {
  const folds: readonly (readonly [string, TestGraph])[] = [
    ['a mean beside the sum', canceling((next) => 1 + next() / 10)],
    [
      'weights that cancel',
      canceling((next, index) => (Math.floor(index / CHANNELS) % 2 === 0 ? 1 : -1) * (1 + next() / 1e6)),
    ],
  ];
  for (const [graphName, model] of folds) {
    test.each(REQUESTS)(`${graphName}: %s`, async (_, second) => {
      const asked = await loadGraph(model);
      const fresh = await loadGraph(model);
      const expected = await answer(fresh, { x: honest(3) }, ['y']);
      fresh.model.dispose();
      for (const x of [second, second, second]) await answer(asked, { x }, ['y']);
      expect(asked.model.planState()).toEqual({ kind: 'planned', shapes: 1 });
      expect(await answer(asked, { x: honest(3) }, ['y'])).toEqual(expected);
      asked.model.dispose();
    });
  }

  test('a layer normalization of rows that are almost constant', async () => {
    const keep = { keep_dims: { b: true } };
    const normalization = graph(
      [
        { name: 'mean', op: 'Mean', input: ['x', 'axis'], attr: keep },
        { name: 'squares', op: 'SquaredDifference', input: ['x', 'mean'] },
        { name: 'variance', op: 'Mean', input: ['squares', 'axis'], attr: keep },
        { name: 'stable', op: 'AddV2', input: ['variance', 'epsilon'] },
        { name: 'root', op: 'Rsqrt', input: ['stable'] },
        { name: 'scaled', op: 'Mul', input: ['x', 'root'] },
        { name: 'moved', op: 'Mul', input: ['mean', 'root'] },
        { name: 'y', op: 'Sub', input: ['scaled', 'moved'] },
      ],
      { axis: shapeOf(-1), epsilon: { dtype: 'float32', shape: [], values: [1e-12] } },
    );
    const nan = { x: float([2, 11], Array(22).fill(Number.NaN)) };
    const rows = [0.1, 0.3, 0.7, 1.1].map((value) => ({ x: float([2, 11], Array(22).fill(value)) }));
    expect(await expectSameAnswers(normalization, [nan, nan, ...rows], ['y'])).toEqual(PLANNED);
  });
});

describe('a request that proves nothing', () => {
  const saturated = (bias: number): TestGraph =>
    graph(
      [
        { name: 'sum', op: 'AddV2', input: ['x', 'bias'] },
        { name: 'y', op: 'Relu', input: ['sum'] },
      ],
      { bias: { dtype: 'float32', shape: [3], values: [bias, bias, bias] } },
    );

  test('has an output that is the same for all requests: the executor keeps the shape, and the log says so', async () => {
    const model = await loadGraph(saturated(-1e9));
    for (const seed of [1, 2, 3, 4, 5]) {
      expect(await answer(model, { x: varied([2, 3], seed) }, ['y'])).toEqual({ y: [0, 0, 0, 0, 0, 0] });
    }
    const reason = expect.stringContaining('no values were found');
    expect(model.refusals).toEqual([reason]);
    expect(model.model.planState()).toEqual({ kind: 'not planned', reason });
    model.model.dispose();
  });

  test('has integers that all select the same element; others prove the plan later', async () => {
    const table: TestGraph = {
      inputs: { x: 'int32' },
      weights: { table: weight([5, 2]), axis: { dtype: 'int32', shape: [], values: [0] } },
      nodes: [{ name: 'y', op: 'GatherV2', input: ['table', 'x', 'axis'] }],
    };
    const model = await loadGraph(table);
    const ask = (...values: number[]) => answer(model, { x: int([values.length], values) }, ['y']);
    for (let time = 0; time < 6; time++) await ask(0, 0, 0);
    expect(model.model.planState()).toMatchObject({ kind: 'not planned' });
    for (let time = 0; time < 6; time++) await ask(time % 5, 1, 4);
    expect(model.model.planState()).toEqual({ kind: 'planned', shapes: 1 });
    model.model.dispose();
  });

  test('permutes integers without a change of their mean; other integers prove the plan at once', async () => {
    const mean: TestGraph = {
      inputs: { x: 'int32' },
      weights: { table: weight([5, 2]), axis: { dtype: 'int32', shape: [], values: [0] } },
      nodes: [
        { name: 'rows', op: 'GatherV2', input: ['table', 'x', 'axis'] },
        { name: 'y', op: 'Mean', input: ['rows', 'axis'] },
      ],
    };
    const same = { x: int([4], [3, 1, 0, 1]) };
    expect(await expectSameAnswers(mean, [same, same, same], ['y'])).toEqual(PLANNED);
  });

  test('is compared a bounded number of times', async () => {
    const model = await loadGraph(saturated(-1e9));
    for (let time = 0; time < 600; time++) await answer(model, { x: varied([1, 3], time) }, ['y']);
    // Reported at the first attempt, and when the plan is given up.
    expect(model.refusals).toHaveLength(2);
    model.model.dispose();
  });
});

describe('a client that requests ever new shapes', () => {
  const ask = (model: Awaited<ReturnType<typeof loadGraph>>, size: number, seed: number) =>
    answer(model, { x: varied([size, 4], seed) }, ['y']);

  test('evicts no plan of more frequent shapes, and these can still get one', async () => {
    const model = await loadGraph(dense);
    for (let time = 0; time < 20; time++) await ask(model, 1, time);
    // New shapes, each requested three times in a row.
    for (let size = 2; size < 40; size++) for (let time = 0; time < 3; time++) await ask(model, size, time);
    const { arguments: before } = await plannedShapes(model);
    expect(before).toContain(1);
    // A shape that other clients request, between requests of ever new shapes.
    for (let time = 0; time < 60; time++) {
      await ask(model, 7, time);
      await ask(model, 100 + time, time);
    }
    const { arguments: after } = await plannedShapes(model);
    expect(after).toEqual(expect.arrayContaining([1, 7]));
    model.model.dispose();
  });

  test('with no elements gets no plan', async () => {
    const model = await loadGraph(dense);
    for (let time = 0; time < 4; time++) await ask(model, 0, 1);
    expect(model.model.planState()).toEqual({ kind: 'not yet planned' });
    model.model.dispose();
  });
});

/** The batch sizes for which plans exist, among those that this test requests. */
async function plannedShapes(model: Awaited<ReturnType<typeof loadGraph>>): Promise<{ arguments: number[] }> {
  const { Plan } = await import('../../../../worker/runtime/plan/run/plan.ts');
  const { run } = Plan.prototype;
  const sizes: number[] = [];
  Plan.prototype.run = function (inputs) {
    sizes.push(inputs.get('x')?.shape[0] ?? -1);
    return run.call(this, inputs);
  };
  try {
    for (const size of [1, 7]) await answer(model, { x: varied([size, 4], 1) }, ['y']);
  } finally {
    Plan.prototype.run = run;
  }
  return { arguments: sizes };
}
