import { describe, expect, test } from 'vitest';
import { wasmBackend } from '../../../../worker/runtime/backend/backend.ts';
import {
  answer,
  dense,
  expectSameAnswers,
  float,
  graph,
  int,
  loadFiles,
  loadGraph,
  refused,
  requests,
  shapeOf,
  type TestGraph,
  text,
  varied,
  weight,
} from '../../../fixtures/worker/planned_graph.ts';

describe('no plan is made', () => {
  test('of a computation that reads values', async () => {
    const tiled: TestGraph = {
      inputs: { x: 'float32', times: 'int32' },
      nodes: [
        { name: 'abs', op: 'Abs', input: ['times'] },
        { name: 'y', op: 'Tile', input: ['x', 'abs'] },
      ],
    };
    const each = [1, 2, 3, 1, 2].map((times) => ({ x: varied([2], times), times: int([1], [times]) }));
    expect(await expectSameAnswers(tiled, each, ['y'])).toEqual(
      refused('what it computes depends on the values of an output of Abs'),
    );
  });

  test('of random numbers', async () => {
    const attr = { dtype: { type: 'DT_FLOAT' }, seed: { i: '0' }, seed2: { i: '0' } };
    const model = await loadGraph(
      graph(
        [
          { name: 'noise', op: 'RandomUniform', input: ['shape'], attr },
          { name: 'y', op: 'AddV2', input: ['x', 'noise'] },
        ],
        { shape: shapeOf(2, 3) },
      ),
    );
    const inputs = { x: varied([2, 3], 1) };
    const answers = new Set<string>();
    for (let time = 0; time < 4; time++) answers.add(JSON.stringify(await answer(model, inputs, ['y'])));
    expect(answers.size).toBe(4);
    expect(model.refusals).toEqual(['it draws random numbers']);
    model.model.dispose();
  });

  test('of a recurrent layer that keeps its state', async () => {
    const layer = {
      class_name: 'SimpleRNN',
      config: { name: 'rnn', units: 2, stateful: true, batch_input_shape: [1, 3, 2] },
    };
    const sizes = { kernel: [2, 2], recurrent_kernel: [2, 2], bias: [2] };
    const weights = Object.entries(sizes).map(([name, shape]) => ({ name: `rnn/${name}`, ...weight(shape) }));
    const model = await loadFiles(
      'tfjs-layers-model',
      {
        modelTopology: { class_name: 'Sequential', config: { name: 'model', layers: [layer] } },
        weightsManifest: [
          { paths: ['w'], weights: weights.map(({ name, shape, dtype }) => ({ name, shape, dtype })) },
        ],
      },
      weights.map(({ values }) => new Uint8Array(Float32Array.from(values).buffer)),
    );
    const inputs = { rnn_input: varied([1, 3, 2], 1) };
    const answers = new Set<string>();
    for (let time = 0; time < 4; time++) answers.add(JSON.stringify(await answer(model, inputs, ['rnn'])));
    expect(answers.size).toBe(4);
    expect(model.refusals).toEqual(['it keeps state from one run to the next']);
    model.model.dispose();
  });

  test('of a computation that would keep constants larger than any weight of it', async () => {
    const table = graph(
      [
        { name: 'filled', op: 'Fill', input: ['size', 'value'] },
        { name: 'rows', op: 'Cast', input: ['x'], attr: { DstT: { type: 'DT_INT32' } } },
        { name: 'y', op: 'GatherV2', input: ['filled', 'rows', 'axis'] },
      ],
      {
        size: shapeOf(3 * 1024 * 1024),
        value: { dtype: 'float32', shape: [], values: [2.5] },
        axis: { dtype: 'int32', shape: [], values: [0] },
      },
    );
    const each = [0, 1, 2].map((index) => ({ x: float([2], [index, 5]) }));
    expect(await expectSameAnswers(table, each, ['y'])).toEqual(
      refused('it would keep more than 8388608 bytes of computed constants'),
    );
  });

  test('of strings', async () => {
    const echo: TestGraph = {
      inputs: { x: 'string' },
      nodes: [{ name: 'y', op: 'Identity', input: ['x'] }],
    };
    const each = ['one', 'two', 'three'].map((word) => ({ x: text([1], [word]) }));
    expect(await expectSameAnswers(echo, each, ['y'])).toEqual(refused('the input x is of dtype string'));
  });

  test('of a kernel whose answer has a shape that depends on values, once it shows', async () => {
    const filled: TestGraph = {
      inputs: { indices: 'int32', values: 'float32' },
      weights: { size: shapeOf(3, 2), fill: { dtype: 'float32', shape: [], values: [0.5] } },
      nodes: [{ name: 'y', op: 'SparseFillEmptyRows', input: ['indices', 'values', 'size', 'fill'] }],
    };
    const each = [
      [0, 1, 2],
      [0, 0, 1],
      [0, 0, 0],
      [1, 1, 2],
    ].map((rows) => ({
      indices: int(
        [3, 2],
        rows.flatMap((row, column) => [row, column % 2]),
      ),
      values: float([3], [1, 2, 3]),
    }));
    expect(await expectSameAnswers(filled, each, ['y:1'])).toEqual(
      refused('the shape of what a kernel answers depends on values'),
    );
  });

  test('of a computation that fails, and nothing stays behind', async () => {
    const model = await loadGraph(dense);
    const backend = await wasmBackend();
    const before = backend.numDataIds();
    for (let time = 0; time < 3; time++) {
      expect(() => model.model.execute(new Map([['x', varied([2, 5], 1)]]), ['y'])).toThrow(/inner|shape/i);
    }
    expect(backend.numDataIds()).toBe(before);
    for (const inputs of requests([2, 4])) await answer(model, inputs, ['y']);
    expect(model.model.planState()).toEqual({ kind: 'planned', shapes: 1 });
    model.model.dispose();
  });
});
