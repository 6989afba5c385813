import { describe, expect, test } from 'vitest';
import type { TensorValue } from '../../../../worker/model/tensor.ts';
import { wasmBackend } from '../../../../worker/runtime/backend/backend.ts';
import {
  answer,
  bool,
  dense,
  expectSameAnswers,
  float,
  graph,
  int,
  loadGraph,
  PLANNED,
  requests,
  shapeOf,
  type TestGraph,
  varied,
  weight,
} from '../../../fixtures/worker/planned_graph.ts';

describe('a plan answers as the executor does', () => {
  test('where all kernels are our own', async () => {
    expect(await expectSameAnswers(dense, requests([2, 4]), ['y'])).toEqual(PLANNED);
  });

  test('when the same request is repeated', async () => {
    const same = { x: varied([2, 4], 1) };
    expect(await expectSameAnswers(dense, [same, same, same, same], ['y'])).toEqual(PLANNED);
  });

  test('when all requests were zeros, like a warmup', async () => {
    const zeros = { x: float([1, 4], [0, 0, 0, 0]) };
    expect(await expectSameAnswers(dense, [zeros, zeros, zeros], ['y'])).toEqual(PLANNED);
  });

  test('where an output is an input, or two are one tensor', async () => {
    const aliases = graph(
      [
        { name: 'flat', op: 'Reshape', input: ['x', 'shape'] },
        { name: 'same', op: 'Identity', input: ['x'] },
        { name: 'relu', op: 'Relu', input: ['flat'] },
        { name: 'again', op: 'Reshape', input: ['relu', 'shape'] },
      ],
      { shape: shapeOf(-1) },
    );
    const outputs = ['x', 'flat', 'same', 'relu', 'again'];
    expect(await expectSameAnswers(aliases, requests([2, 3]), outputs)).toEqual(PLANNED);
  });

  test('where an output is a weight, or computed of weights only', async () => {
    const constants = graph(
      [
        { name: 'double', op: 'AddV2', input: ['matrix', 'matrix'] },
        { name: 'y', op: 'MatMul', input: ['x', 'double'] },
      ],
      { matrix: weight([3, 2]) },
    );
    expect(await expectSameAnswers(constants, requests([2, 3]), ['matrix', 'double', 'y'])).toEqual(PLANNED);
  });

  test('where one input is used twice, and again through a reshape', async () => {
    const twice = graph(
      [
        { name: 'square', op: 'Mul', input: ['x', 'x'] },
        { name: 'column', op: 'Reshape', input: ['square', 'shape'] },
        { name: 'back', op: 'Reshape', input: ['column', 'original'] },
        { name: 'bounded', op: 'Tanh', input: ['back'] },
        { name: 'sum', op: 'AddV2', input: ['square', 'bounded'] },
        { name: 'gram', op: 'MatMul', input: ['x', 'x'], attr: { transpose_b: { b: true } } },
        { name: 'joined', op: 'ConcatV2', input: ['x', 'square', 'x', 'axis'], attr: { N: { i: '3' } } },
      ],
      {
        shape: shapeOf(-1, 1),
        original: shapeOf(2, 3),
        axis: { dtype: 'int32', shape: [], values: [1] },
      },
    );
    const outputs = ['sum', 'gram', 'joined', 'square'];
    expect(await expectSameAnswers(twice, requests([2, 3], 6), outputs)).toEqual(PLANNED);
  });

  test('where one weight is the right-hand side of a product and something else too', async () => {
    const both = graph(
      [
        { name: 'sum', op: 'AddV2', input: ['x', 'matrix'] },
        { name: 'y', op: 'MatMul', input: ['sum', 'matrix'] },
        { name: 'z', op: 'AddV2', input: ['y', 'matrix'] },
      ],
      { matrix: weight([3, 3]) },
    );
    expect(await expectSameAnswers(both, requests([3, 3], 6), ['z', 'sum'])).toEqual(PLANNED);
  });

  test('where a product has the same matrix on both sides', async () => {
    const both = graph(
      [
        { name: 'once', op: 'MatMul', input: ['x', 'w'] },
        { name: 'square', op: 'MatMul', input: ['w', 'w'] },
        { name: 'again', op: 'MatMul', input: ['square', 'x'] },
        { name: 'own', op: 'MatMul', input: ['x', 'x'] },
        { name: 'twice', op: 'MatMul', input: ['own', 'x'] },
      ],
      { w: weight([4, 4]) },
    );
    const outputs = ['once', 'square', 'again', 'own', 'twice'];
    expect(await expectSameAnswers(both, requests([4, 4]), outputs)).toEqual(PLANNED);
    // In the second product, the right-hand side is also the left-hand side.
    const [matrix] = requests([4, 4]);
    const { once, own } = await answer(await loadGraph(both), matrix ?? {}, outputs);
    const values = Array.from(matrix?.x.values ?? [], Number);
    const product = (left: number[], right: number[]) =>
      left.map((_, index) =>
        [0, 1, 2, 3].reduce(
          (sum, k) => sum + (left[4 * (index >> 2) + k] ?? 0) * (right[4 * k + (index & 3)] ?? 0),
          0,
        ),
      );
    const close = (actual: unknown[] | undefined, expected: number[]) =>
      expect(actual?.every((value, index) => Math.abs(Number(value) - (expected[index] ?? 0)) < 1e-5)).toBe(
        true,
      );
    close(own, product(values, values));
    close(once, product(values, [...weight([4, 4]).values]));
  });

  test("where kernels of tfjs's take part, with integers and booleans", async () => {
    const mixed: TestGraph = {
      inputs: { x: 'float32', indices: 'int32', flags: 'bool' },
      weights: { table: weight([5, 2]), axis: { dtype: 'int32', shape: [], values: [0] } },
      nodes: [
        { name: 'rows', op: 'GatherV2', input: ['table', 'indices', 'axis'] },
        { name: 'sine', op: 'Sin', input: ['x'] },
        { name: 'sum', op: 'AddV2', input: ['rows', 'sine'] },
        { name: 'positive', op: 'Greater', input: ['sum', 'x'] },
        { name: 'not', op: 'LogicalNot', input: ['flags'] },
        { name: 'chosen', op: 'SelectV2', input: ['not', 'sum', 'x'] },
        { name: 'rounded', op: 'Cast', input: ['chosen'], attr: { DstT: { type: 'DT_INT32' } } },
      ],
    };
    const each = [0, 1, 2, 3, 4].map((seed) => ({
      x: varied([3, 2], seed),
      indices: int([3], [seed % 5, (seed * 2) % 5, 4]),
      flags: bool([3, 2], [1, 0, seed % 2, 0, 1, 1]),
    }));
    const outputs = ['sum', 'positive', 'chosen', 'rounded', 'flags', 'indices'];
    expect(await expectSameAnswers(mixed, each, outputs)).toEqual(PLANNED);
  });

  test('where a tensor is empty', async () => {
    expect(await expectSameAnswers(dense, requests([0, 4]), ['y', 'x'])).toMatchObject({ refusals: [] });
  });

  test('where the filter of a convolution is computed', async () => {
    const filters = graph(
      [
        { name: 'filter', op: 'Reshape', input: ['x', 'filterShape'] },
        {
          name: 'y',
          op: 'Conv2D',
          input: ['image', 'filter'],
          attr: {
            strides: { list: { i: ['1', '1', '1', '1'] } },
            dilations: { list: { i: ['1', '1', '1', '1'] } },
            padding: { s: btoa('SAME') },
            data_format: { s: btoa('NHWC') },
          },
        },
      ],
      { image: weight([1, 4, 4, 2]), filterShape: shapeOf(3, 3, 2, 1) },
    );
    expect(await expectSameAnswers(filters, requests([18], 6), ['y'])).toEqual(PLANNED);
  });

  test('when batch sizes take turns, more of them than there are plans', async () => {
    const sizes = [1, 2, 3, 4, 5, 6];
    const turns = Array.from({ length: 30 }, (_, turn) => ({
      x: varied([sizes[turn % sizes.length] ?? 1, 4], turn),
    }));
    const { refusals, state } = await expectSameAnswers(dense, turns, ['y']);
    expect(refusals).toEqual([]);
    expect(state).toEqual({ kind: 'planned', shapes: 4 });
  });

  test('when a shape replaces one that is no longer requested', async () => {
    const model = await loadGraph(dense);
    const ask = (size: number, seed: number) => answer(model, { x: varied([size, 4], seed) }, ['y']);
    for (const size of [1, 2, 3, 4]) for (const seed of [1, 2, 3]) await ask(size, seed);
    const expected = await answer(await loadGraph(dense), { x: varied([9, 4], 7) }, ['y']);
    for (let time = 0; time < 6; time++) expect(await ask(9, 7)).toEqual(expected);
    expect(model.model.planState()).toEqual({ kind: 'planned', shapes: 4 });
    model.model.dispose();
  });

  test('for a part of the outputs, whichever', async () => {
    const model = await loadGraph(dense);
    for (const names of [['y'], ['sum', 'y'], ['y', 'sum'], ['relu']]) {
      for (const inputs of requests([2, 4])) {
        const fresh = await loadGraph(dense);
        const expected = await answer(fresh, inputs, names);
        fresh.model.dispose();
        expect(await answer(model, inputs, names)).toEqual(expected);
      }
    }
    expect(model.model.planState()).toEqual({ kind: 'planned', shapes: 4 });
    model.model.dispose();
  });

  test('when a random number generator has a seed', async () => {
    const attr = { dtype: { type: 'DT_FLOAT' }, seed: { i: '7' }, seed2: { i: '0' } };
    const seeded = graph(
      [
        { name: 'noise', op: 'RandomStandardNormal', input: ['shape'], attr },
        { name: 'y', op: 'AddV2', input: ['x', 'noise'] },
      ],
      { shape: shapeOf(2, 3) },
    );
    expect(await expectSameAnswers(seeded, requests([2, 3]), ['y'])).toEqual(PLANNED);
  });
});

test('an unloaded model frees its plans', async () => {
  const backend = await wasmBackend();
  const before = backend.numDataIds();
  const cycle = async (): Promise<number> => {
    const model = await loadGraph(dense);
    for (const size of [1, 50, 3])
      for (const inputs of requests([size, 4])) await answer(model, inputs, ['y']);
    model.model.dispose();
    return backend.wasm.HEAPU8.length;
  };
  const heap = await cycle();
  for (let time = 0; time < 20; time++) expect(await cycle()).toBe(heap);
  expect(backend.numDataIds()).toBe(before);
});

test('the plans of several models do not overwrite each other in their arena', async () => {
  const small = await loadGraph(dense);
  const large = await loadGraph(dense);
  const ask = (model: typeof small, inputs: Record<string, TensorValue>) => answer(model, inputs, ['y']);
  const expectedSmall = await ask(small, { x: varied([1, 4], 5) });
  const expectedLarge = await ask(large, { x: varied([500, 4], 6) });
  for (const inputs of requests([1, 4])) await ask(small, inputs);
  for (const inputs of requests([500, 4])) await ask(large, inputs);
  for (let time = 0; time < 3; time++) {
    expect(await ask(small, { x: varied([1, 4], 5) })).toEqual(expectedSmall);
    expect(await ask(large, { x: varied([500, 4], 6) })).toEqual(expectedLarge);
  }
  large.model.dispose();
  expect(await ask(small, { x: varied([1, 4], 5) })).toEqual(expectedSmall);
  small.model.dispose();
});
