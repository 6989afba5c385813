import { expect, test } from 'vitest';
import {
  answer,
  expectSameAnswers,
  loadGraph,
  quantizedWeight,
  type TestGraph,
  varied,
  weight,
} from '../../../fixtures/worker/planned_graph.ts';

const PLANNED = { refusals: [], state: { kind: 'planned', shapes: 1 } };
const uint8 = { dtype: 'uint8', scale: 0.004, min: -0.5 } as const;
const uint16 = { dtype: 'uint16', scale: 0.00001, min: -0.3 } as const;
const float16 = { dtype: 'float16' } as const;

const attr = {
  strides: { list: { i: ['1', '1', '1', '1'] } },
  dilations: { list: { i: ['1', '1', '1', '1'] } },
  padding: { s: btoa('SAME') },
  data_format: { s: btoa('NHWC') },
};
const norm = { epsilon: { f: 0.001 }, data_format: { s: btoa('NHWC') }, is_training: { b: false } };
const positive = (channels: number) => {
  const { values, ...rest } = weight([channels]);
  return { ...rest, values: values.map((value) => value + 0.7) };
};

/** Convolutions, each followed by a batch norm, and a product. Every filter is large enough to stay quantized. */
const network: TestGraph = {
  inputs: { x: 'float32' },
  weights: {
    first: quantizedWeight([3, 5, 64, 64], uint8),
    wide: quantizedWeight([1, 1, 64, 520], float16),
    matrix: quantizedWeight([520, 72], uint16),
    middle: { dtype: 'int32', shape: [2], values: [1, 2] },
    firstScale: positive(64),
    wideScale: positive(520),
  },
  nodes: [
    { name: 'a', op: 'Conv2D', input: ['x', 'first'], attr },
    {
      name: 'b',
      op: 'FusedBatchNormV3',
      input: ['a', 'firstScale', 'firstScale', 'firstScale', 'firstScale'],
      attr: norm,
    },
    { name: 'c', op: 'Relu6', input: ['b'] },
    { name: 'd', op: 'Conv2D', input: ['c', 'wide'], attr },
    {
      name: 'e',
      op: 'FusedBatchNormV3',
      input: ['d', 'wideScale', 'wideScale', 'wideScale', 'wideScale'],
      attr: norm,
    },
    { name: 'f', op: 'Mean', input: ['e', 'middle'] },
    { name: 'y', op: 'MatMul', input: ['f', 'matrix'] },
  ],
};
test('a plan of quantized weights answers as the executor does, batch norms folded into their scales', async () => {
  const requests = [1, 2, 3, 4].map((seed) => ({ x: varied([1, 5, 4, 64], seed) }));
  expect(await expectSameAnswers(network, requests, ['y'], 1e-3)).toEqual(PLANNED);
  const several = [1, 2, 3, 4].map((seed) => ({ x: varied([3, 5, 4, 64], seed) }));
  expect(await expectSameAnswers(network, several, ['y'], 1e-3)).toEqual(PLANNED);
});

test('without anything to fold it answers the same to the last bit, one row or several', async () => {
  const product: TestGraph = {
    inputs: { x: 'float32' },
    weights: { first: quantizedWeight([96, 400], uint8), second: quantizedWeight([88, 400], float16) },
    nodes: [
      { name: 'a', op: 'MatMul', input: ['x', 'first'] },
      { name: 'b', op: 'Relu', input: ['a'] },
      { name: 'y', op: 'MatMul', input: ['b', 'second'], attr: { transpose_b: { b: true } } },
    ],
  };
  for (const rows of [1, 7]) {
    const requests = [1, 2, 3, 4].map((seed) => ({ x: varied([rows, 96], seed) }));
    expect(await expectSameAnswers(product, requests, ['y'])).toEqual(PLANNED);
  }
});

test('an expansion by a quantized filter that is too large to be kept whole is computed in strips', async () => {
  const expansion: TestGraph = {
    inputs: { x: 'float32' },
    weights: { filter: quantizedWeight([1, 1, 64, 520], uint8), taps: weight([3, 3, 520, 1]) },
    nodes: [
      { name: 'wide', op: 'Conv2D', input: ['x', 'filter'], attr },
      { name: 'relu', op: 'Relu6', input: ['wide'] },
      { name: 'y', op: 'DepthwiseConv2dNative', input: ['relu', 'taps'], attr },
    ],
  };
  const requests = [1, 2, 3].map((seed) => ({ x: varied([1, 25, 24, 64], seed) }));
  expect(await expectSameAnswers(expansion, requests, ['y'])).toEqual(PLANNED);
});

test('any other reader of a quantized weight gets it expanded to float32', async () => {
  const graph: TestGraph = {
    inputs: { x: 'float32' },
    weights: { matrix: quantizedWeight([200, 200], uint8) },
    nodes: [
      { name: 'copy', op: 'Identity', input: ['matrix'] },
      { name: 'y', op: 'MatMul', input: ['x', 'matrix'] },
    ],
  };
  const model = await loadGraph(graph);
  for (let seed = 0; seed < 4; seed++) {
    const { copy = [] } = await answer(model, { x: varied([2, 200], seed) }, ['y', 'copy']);
    expect(copy).toEqual(
      graph.weights?.matrix?.values.map((value) => Math.fround(value * uint8.scale + uint8.min)),
    );
  }
  expect(model.model.planState()).toEqual({ kind: 'planned', shapes: 1 });
  model.model.dispose();
});
