import { GraphModel } from '@tensorflow/tfjs-converter';
import * as v from 'valibot';
import { expect, test, vi } from 'vitest';
import { type PlanProofs, PlanProofsSchema } from '../../../../worker/model/plan_proof.ts';
import { runtimeMemory } from '../../../../worker/runtime/backend/memory.ts';
import { runtimeDigest } from '../../../../worker/runtime/kernels/runtime_digest.ts';
import { ExecutionError } from '../../../../worker/runtime/loaded_model.ts';
import {
  CONVOLUTION_SHAPE,
  convolution,
  directConvolution,
} from '../../../fixtures/worker/planned_convolutions.ts';
import {
  answer,
  computed,
  dense,
  float,
  graph,
  int,
  loadGraph,
  proven,
  requests,
  type TestGraph,
  varied,
  weight,
} from '../../../fixtures/worker/planned_graph.ts';

const table = {
  table: weight([9, 3]),
  axis: { dtype: 'int32' as const, shape: [], values: [0] },
};
/** Takes rows of a table. */
const lookup: TestGraph = {
  inputs: { x: 'int32' },
  weights: table,
  nodes: [{ name: 'y', op: 'GatherV2', input: ['table', 'x', 'axis'] }],
};

test('a plan with a stored proof answers from the first request on', async () => {
  const proofs = await proven(dense, requests([2, 4]));
  const model = await loadGraph(dense, proofs);
  const x = varied([2, 4], 77);
  const expected = await computed(dense, { x });
  expect(model.model.planState()).toEqual({ kind: 'not yet planned' });
  expect(await answer(model, { x }, ['y'])).toEqual(expected);
  expect(model.model.planState()).toEqual({ kind: 'planned', shapes: 1 });
  expect(model.stored).toEqual(['used']);
  model.model.dispose();
});

test('a stored proof survives its JSON and its closed schema', async () => {
  const proofs = await proven(convolution, requests(CONVOLUTION_SHAPE));
  expect(proofs.shapes).toMatchObject([{ mayCopy: true, mayReorder: true, probe: 0 }]);
  expect(v.parse(PlanProofsSchema, JSON.parse(JSON.stringify(proofs)))).toEqual(proofs);
});

test('a proof has samples of a large output, and the first integers of a large input', async () => {
  const proofs = await proven(dense, requests([4096, 4]));
  const [output] = proofs.shapes[0]?.outputs ?? [];
  expect(output?.shape).toEqual([1756]);
  // Every seventh of 12288 floats.
  expect(atob(output?.values ?? '')).toHaveLength(4 * 1756);
  const model = await loadGraph(dense, proofs);
  const x = varied([4096, 4], 3);
  expect(await answer(model, { x }, ['y'])).toEqual(await computed(dense, { x }));
  expect(model.stored).toEqual(['used']);
  model.model.dispose();
  const integers = [1, 2, 3].map((seed) => ({
    x: int(
      [20_000],
      Array.from({ length: 20_000 }, (_, index) => (index * seed) % 9),
    ),
  }));
  const ofIntegers = await proven(lookup, integers);
  const [input] = ofIntegers.shapes[0]?.inputs ?? [];
  expect(input?.shape).toEqual([20_000]);
  expect(atob(input !== undefined && 'values' in input ? input.values : '')).toHaveLength(4 * 4096);
  const table = await loadGraph(lookup, ofIntegers);
  for (const request of integers)
    expect(await answer(table, request, ['y'])).toEqual(await computed(lookup, request));
  expect(table.stored).toEqual(['used']);
  table.model.dispose();
});

test('a warmup that was guessed is not computed if the stored proof takes its place', async () => {
  const proofs = await proven(dense, requests([2, 4]));
  const inputs = new Map([['x', varied([2, 4], 1)]]);
  const prepared = await loadGraph(dense, proofs);
  expect(await prepared.model.prepare(inputs, ['y'])).toBeUndefined();
  expect(prepared.model.planState()).toEqual({ kind: 'planned', shapes: 1 });
  expect(await prepared.model.prepare(inputs, ['y'])).toBeUndefined();
  prepared.model.dispose();
  const other = await loadGraph(dense);
  const outputs = await other.model.prepare(inputs, ['y']);
  expect([...(outputs?.get('y')?.values ?? [])]).toEqual((await computed(dense, { x: varied([2, 4], 1) })).y);
  other.model.dispose();
});

test('a request of another shape than that of the proof is recorded as without it', async () => {
  const model = await loadGraph(dense, await proven(dense, requests([2, 4])));
  for (const inputs of requests([3, 4]))
    expect(await answer(model, inputs, ['y'])).toEqual(await computed(dense, inputs));
  expect(model.stored).toEqual([]);
  await answer(model, { x: varied([2, 4], 1) }, ['y']);
  expect(model.stored).toEqual(['used']);
  expect(model.model.planState()).toEqual({ kind: 'planned', shapes: 2 });
  model.model.dispose();
});

test('the executor is made for a request of another shape than that of the proof', async () => {
  const proofs = await proven(directConvolution, requests(CONVOLUTION_SHAPE));
  const other = [2, 5, 4, 16];
  const expected = await computed(directConvolution, { x: varied(other, 3) });
  const before = (await runtimeMemory()).tensors;
  const made = vi.spyOn(GraphModel.prototype, 'load');
  try {
    const model = await loadGraph(directConvolution, proofs);
    await answer(model, { x: varied(CONVOLUTION_SHAPE, 1) }, ['y']);
    expect(model.stored).toEqual(['used']);
    expect(made).not.toHaveBeenCalled();
    expect(await answer(model, { x: varied(other, 3) }, ['y'])).toEqual(expected);
    expect(made).toHaveBeenCalledOnce();
    model.model.dispose();
    expect((await runtimeMemory()).tensors).toBe(before);
    const unused = await loadGraph(directConvolution, proofs);
    unused.model.dispose();
    expect((await runtimeMemory()).tensors).toBe(before);
  } finally {
    made.mockRestore();
  }
});

test('a network that names an input that it does not have is not planned, and fails as without a proof', async () => {
  const lacking = {
    ...directConvolution,
    nodes: [...directConvolution.nodes.slice(0, 3), { name: 'y', op: 'Sub', input: ['shifted', 'none'] }],
  };
  const proofs = await proven(directConvolution, requests(CONVOLUTION_SHAPE));
  const failure = async (given?: PlanProofs) => {
    const model = await loadGraph(lacking, given);
    return answer(model, { x: varied(CONVOLUTION_SHAPE, 1) }, ['y']).then(
      () => 'answered',
      (error: unknown) => (error instanceof ExecutionError ? 'refused' : String(error)),
    );
  };
  expect([await failure(proofs), await failure().catch(() => 'not loaded')]).toEqual([
    'refused',
    'not loaded',
  ]);
});

test('the proof of integers names those of the request that proved the plan', async () => {
  const asked = [
    [1, 5, 2],
    [7, 0, 3],
    [4, 4, 8],
  ].map((rows) => ({ x: int([3], rows) }));
  const proofs = await proven(lookup, asked);
  expect(proofs.shapes).toHaveLength(1);
  const model = await loadGraph(lookup, proofs);
  for (const inputs of asked)
    expect(await answer(model, inputs, ['y'])).toEqual(await computed(lookup, inputs));
  expect(model.stored).toEqual(['used']);
  model.model.dispose();
});

test('indices that are cast from floats are computed, since the gate checks their values', async () => {
  const cast: TestGraph = graph(
    [
      {
        name: 'rows',
        op: 'Cast',
        input: ['x'],
        attr: { DstT: { type: 'DT_INT32' }, SrcT: { type: 'DT_FLOAT' } },
      },
      { name: 'y', op: 'GatherV2', input: ['table', 'rows', 'axis'] },
    ],
    table,
  );
  const rows = (...numbers: number[]) => ({ x: float([numbers.length], numbers) });
  const proofs = await proven(cast, [rows(0.5, 8.2), rows(3, 1), rows(2, 7)]);
  expect(proofs.shapes).toHaveLength(1);
  const model = await loadGraph(cast, proofs);
  expect(await answer(model, rows(4, 6), ['y'])).toEqual(await computed(cast, rows(4, 6)));
  expect(model.stored).toEqual(['used']);
  model.model.dispose();
});

test('a computation that reads values is not outlined, and answers as without a proof', async () => {
  const reading = graph(
    [
      { name: 'most', op: 'Max', input: ['x', 'axes'] },
      { name: 'y', op: 'Fill', input: ['sizes', 'most'] },
    ],
    {
      axes: { dtype: 'int32', shape: [1], values: [0] },
      sizes: { dtype: 'int32', shape: [1], values: [3] },
    },
  );
  const [shape] = (await proven(dense, requests([2, 4]))).shapes;
  if (shape === undefined) throw new Error('no proof');
  const runtime = runtimeDigest() ?? '';
  const forged: PlanProofs = {
    runtime,
    shapes: [{ ...shape, inputs: [{ name: 'x', dtype: 'float32', shape: [4] }] }],
  };
  const model = await loadGraph(reading, forged);
  for (const seed of [1, 2]) {
    const x = varied([4], seed);
    expect(await answer(model, { x }, ['y'])).toEqual(await computed(reading, { x }));
  }
  expect(model.stored).toEqual(['refused']);
  model.model.dispose();
});
