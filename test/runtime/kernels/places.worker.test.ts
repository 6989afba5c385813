import { describe, expect, test } from 'vitest';
import type { TensorValue } from '../../../worker/model/tensor.ts';
import { ExecutionError } from '../../../worker/runtime/loaded_model.ts';
import { answer, bool, float, int, loadGraph, type TestGraph } from '../../fixtures/worker/planned_graph.ts';

type Inputs = Readonly<Record<string, TensorValue>>;

const constant = (shape: readonly number[], values: readonly number[]) => ({
  dtype: 'int32' as const,
  shape,
  values,
});
const node = (op: string, input: readonly string[], attr: Readonly<Record<string, unknown>> = {}) => [
  { name: 'y', op, input, attr },
];
const four = float([4], [1, 2, 3, 4]);

/** Each with valid inputs, and with inputs that lead outside a tensor. */
const cases: readonly [
  name: string,
  graph: TestGraph,
  sound: Inputs,
  answered: number[],
  unsound: Inputs[],
][] = [
  [
    'GatherNd',
    { inputs: { x: 'float32', at: 'int32' }, nodes: node('GatherNd', ['x', 'at']) },
    { x: four, at: int([2, 1], [3, 0]) },
    [4, 1],
    [4, -1, 9_000].map((at) => ({ x: four, at: int([2, 1], [0, at]) })),
  ],
  [
    'ScatterNd',
    {
      inputs: { at: 'int32', x: 'float32' },
      weights: { shape: constant([1], [3]) },
      nodes: node('ScatterNd', ['at', 'x', 'shape']),
    },
    { at: int([2, 1], [2, 0]), x: float([2], [5, 6]) },
    [6, 0, 5],
    [3, -1].map((at) => ({ at: int([2, 1], [0, at]), x: float([2], [5, 6]) })),
  ],
  [
    'SparseToDense',
    {
      inputs: { at: 'int32', x: 'float32' },
      weights: { shape: constant([1], [3]), none: { dtype: 'float32', shape: [], values: [7] } },
      nodes: node('SparseToDense', ['at', 'shape', 'x', 'none']),
    },
    { at: int([2], [0, 2]), x: float([2], [6, 5]) },
    [6, 7, 5],
    [3, -1].map((at) => ({ at: int([2], [0, at]), x: float([2], [5, 6]) })),
  ],
  [
    'TensorScatterUpdate',
    {
      inputs: { x: 'float32', at: 'int32', by: 'float32' },
      nodes: node('TensorScatterUpdate', ['x', 'at', 'by']),
    },
    { x: four, at: int([1, 1], [2]), by: float([1], [9]) },
    [1, 2, 9, 4],
    [4, -1].map((at) => ({ x: four, at: int([1, 1], [at]), by: float([1], [9]) })),
  ],
  [
    'CropAndResize',
    {
      inputs: { x: 'float32', of: 'int32' },
      weights: {
        boxes: { dtype: 'float32', shape: [1, 4], values: [0, 0, 1, 1] },
        size: constant([2], [1, 1]),
      },
      nodes: node('CropAndResize', ['x', 'boxes', 'of', 'size'], { method: { s: btoa('nearest') } }),
    },
    { x: float([2, 1, 1, 1], [3, 4]), of: int([1], [1]) },
    [4],
    [2, -1].map((of) => ({ x: float([2, 1, 1, 1], [3, 4]), of: int([1], [of]) })),
  ],
  [
    'DenseBincount',
    {
      inputs: { x: 'int32' },
      weights: { size: constant([], [2]), weights: { dtype: 'float32', shape: [0], values: [] } },
      nodes: node('DenseBincount', ['x', 'size', 'weights']),
    },
    { x: int([3], [1, 0, 1]) },
    [1, 2],
    [{ x: int([3], [1, 0, -1]) }],
  ],
  [
    'a slice of a place that the request names',
    {
      inputs: { x: 'float32', at: 'int32', size: 'int32' },
      nodes: node('Slice', ['x', 'at', 'size']),
    },
    { x: four, at: int([1], [1]), size: int([1], [2]) },
    [2, 3],
    [
      [3, 2],
      [-3, 1],
      [0, 5],
    ].map(([at = 0, size = 0]) => ({ x: four, at: int([1], [at]), size: int([1], [size]) })),
  ],
  [
    'a slice of a length that the request has',
    {
      inputs: { x: 'float32' },
      weights: { at: constant([1], [1]), size: constant([1], [3]) },
      nodes: node('Slice', ['x', 'at', 'size']),
    },
    { x: four },
    [2, 3, 4],
    [{ x: float([3], [1, 2, 3]) }],
  ],
  [
    'a padding',
    {
      inputs: { x: 'float32', by: 'int32' },
      weights: { with: { dtype: 'float32', shape: [], values: [9] } },
      nodes: node('PadV2', ['x', 'by', 'with']),
    },
    { x: four, by: int([1, 2], [1, 0]) },
    [9, 1, 2, 3, 4],
    [{ x: four, by: int([1, 2], [-1, 0]) }],
  ],
  [
    'a transposition',
    { inputs: { x: 'float32', order: 'int32' }, nodes: node('Transpose', ['x', 'order']) },
    { x: float([2, 2], [1, 2, 3, 4]), order: int([2], [1, 0]) },
    [1, 3, 2, 4],
    [{ x: float([2, 2], [1, 2, 3, 4]), order: int([2], [0, 0]) }],
  ],
  [
    'a tile',
    { inputs: { x: 'float32', by: 'int32' }, nodes: node('Tile', ['x', 'by']) },
    { x: four, by: int([1], [1]) },
    [1, 2, 3, 4],
    [{ x: four, by: int([1], [-1]) }],
  ],
];

describe.each(cases)('%s', (_, graph, sound, answered, unsound) => {
  test('never leads out of a tensor, planned or not', async () => {
    const loaded = await loadGraph(graph);
    for (let round = 0; round < 3; round++) {
      expect(await answer(loaded, sound, ['y'])).toEqual({ y: answered });
      for (const inputs of unsound) {
        const refused = answer(loaded, inputs, ['y']);
        await expect(refused).rejects.toBeInstanceOf(ExecutionError);
        await expect(refused).rejects.not.toThrow(/broke the WebAssembly runtime/);
      }
    }
    loaded.model.dispose();
  });
});

test.each([
  ['float32', float([5], [0.5, 0, 256, -0, Number.NaN]), [1, 0, 1, 0, 1]],
  ['int32', int([5], [1, 0, 256, -512, 65536]), [1, 0, 1, 1, 1]],
  ['bool', bool([2], [1, 0]), [1, 0]],
] as const)('every %s but 0 is true', async (dtype, x, truths) => {
  const graph: TestGraph = {
    inputs: { x: dtype },
    nodes: node('Cast', ['x'], { DstT: { type: 'DT_BOOL' } }),
  };
  const loaded = await loadGraph(graph);
  for (let round = 0; round < 3; round++) expect(await answer(loaded, { x }, ['y'])).toEqual({ y: truths });
  loaded.model.dispose();
});

test.each([
  ['DT_FLOAT', 0.25, 0.5],
  ['DT_INT32', 2, 3],
  ['DT_BOOL', 1, 0],
] as const)('one-hot values of %s', async (type, on, off) => {
  const scalar = (value: number) => ({ dtype: 'float32' as const, shape: [], values: [value] });
  const loaded = await loadGraph({
    inputs: { x: 'int32' },
    weights: { depth: constant([], [2]), on: scalar(on), off: scalar(off) },
    nodes: node('OneHot', ['x', 'depth', 'on', 'off'], { T: { type } }),
  });
  for (let round = 0; round < 3; round++)
    expect(await answer(loaded, { x: int([3], [1, 0, 7]) }, ['y'])).toEqual({
      y: [off, on, on, off, off, off],
    });
  loaded.model.dispose();
});

test.each(['MaxPool', 'AvgPool'])('%s of an image smaller than its window is empty', async (op) => {
  const list = (...sizes: number[]) => ({ list: { i: sizes } });
  const loaded = await loadGraph({
    inputs: { x: 'float32' },
    nodes: node(op, ['x'], {
      ksize: list(1, 3, 3, 1),
      strides: list(1, 2, 2, 1),
      padding: { s: btoa('VALID') },
      data_format: { s: btoa('NHWC') },
    }),
  });
  const x = float([1, 2, 2, 1], [1, 2, 3, 4]);
  for (let round = 0; round < 3; round++) expect(await answer(loaded, { x }, ['y'])).toEqual({ y: [] });
  loaded.model.dispose();
});
