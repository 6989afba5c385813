import { expect, test } from 'vitest';
import { runtimeMemory } from '../../worker/runtime/backend/memory.ts';
import {
  answer,
  expectSameAnswers,
  loadFiles,
  loadGraph,
  type TestGraph,
  varied,
  weight,
} from '../fixtures/worker/planned_graph.ts';

const SIDE = 2048;
const MATRIX_BYTES = 4 * SIDE ** 2;

/** Products of matrices, one after the other, the second one transposed. */
const products: TestGraph = {
  inputs: { x: 'float32' },
  weights: { first: weight([SIDE, SIDE]), second: weight([SIDE, SIDE]) },
  nodes: [
    { name: 'between', op: 'MatMul', input: ['x', 'first'] },
    { name: 'y', op: 'MatMul', input: ['between', 'second'], attr: { transpose_b: { b: true } } },
  ],
};

async function growth(run: () => Promise<void>): Promise<number> {
  const { heapBytes } = await runtimeMemory();
  await run();
  return (await runtimeMemory()).heapBytes - heapBytes;
}

test('the matrices of a graph are in the heap once, from loading on', async () => {
  const grown = await growth(async () => {
    const model = await loadGraph(products);
    for (let seed = 0; seed < 4; seed++) await answer(model, { x: varied([1, SIDE], seed) }, ['y']);
    expect(model.model.planState()).toEqual({ kind: 'planned', shapes: 1 });
    model.model.dispose();
  });
  // Emscripten's allocator grows the heap by up to a fifth more than requested.
  expect(grown).toBeLessThan(2.4 * MATRIX_BYTES);
});

test('the matrices of layers stay as small as they are stored, and the zeros that they replace take no memory', async () => {
  const dense = (name: string) => ({
    class_name: 'Dense',
    config: { name, units: SIDE, batch_input_shape: [null, SIDE], use_bias: false, activation: 'linear' },
  });
  const names = ['first', 'second'];
  const quantization = { dtype: 'uint8', scale: 0.001, min: -0.1 } as const;
  const stored = Uint8Array.from({ length: SIDE ** 2 }, (_, index) => index % 251);
  // The graph of the previous test has left free memory of this size.
  const occupied = await loadGraph(products);
  const grown = await growth(async () => {
    const model = await loadFiles(
      'tfjs-layers-model',
      {
        modelTopology: { class_name: 'Sequential', config: { name: 'model', layers: names.map(dense) } },
        weightsManifest: [
          {
            paths: ['weights.bin'],
            weights: names.map((name) => ({
              name: `${name}/kernel`,
              shape: [SIDE, SIDE],
              dtype: 'float32',
              quantization,
            })),
          },
        ],
      },
      [stored, stored],
    );
    const inputs = [0, 1, 2, 3].map((seed) => ({ first_input: varied([1, SIDE], seed) }));
    for (const each of inputs) await answer(model, each, ['second']);
    expect(model.model.planState()).toEqual({ kind: 'planned', shapes: 1 });
    model.model.dispose();
  });
  occupied.model.dispose();
  expect(grown).toBeLessThan(MATRIX_BYTES);
});

test('a weight that is also read outside its predicted products has its original values', async () => {
  const graph: TestGraph = {
    inputs: { x: 'float32' },
    weights: { matrix: weight([5, 5]), axis: { dtype: 'int32', shape: [1], values: [0] } },
    nodes: [
      { name: 'first', op: 'MatMul', input: ['x', 'matrix'] },
      { name: 'copy', op: 'Identity', input: ['matrix'] },
      { name: 'y', op: 'MatMul', input: ['first', 'matrix'] },
    ],
  };
  const requests = [0, 1, 2, 3].map((seed) => ({ x: varied([2, 5], seed) }));
  const { refusals } = await expectSameAnswers(graph, requests, ['y', 'copy']);
  expect(refusals).toEqual([]);
  const model = await loadGraph(graph);
  const { copy } = await answer(model, { x: varied([2, 5], 0) }, ['copy']);
  expect(copy).toEqual([...Float32Array.from(weight([5, 5]).values)]);
  model.model.dispose();
});
