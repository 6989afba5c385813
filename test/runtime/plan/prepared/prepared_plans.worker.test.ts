import { expect, test } from 'vitest';
import { runtimeMemory } from '../../../../worker/runtime/backend/memory.ts';
import { readPlanFile, writePlanFile } from '../../../../worker/runtime/plan/prepared/plan_file.ts';
import type { PreparedPlan } from '../../../../worker/runtime/plan/prepared/prepared_plan.ts';
import { CONVOLUTION_SHAPE, convolution } from '../../../fixtures/worker/planned_convolutions.ts';
import {
  answer,
  computed,
  dense,
  loadGraph,
  rehearsed,
  requests,
  type TestGraph,
  varied,
  weight,
} from '../../../fixtures/worker/planned_graph.ts';

const SHAPE = [2, 4];
const x = varied(SHAPE, 77);

/** Changes the only prepared plan of a version. */
function changed([file]: readonly (Uint8Array | undefined)[], change: (plan: PreparedPlan) => PreparedPlan) {
  const read = file && readPlanFile(file);
  if (read === undefined) throw new Error('there is no prepared plan');
  return [writePlanFile({ plan: change(read.plan), data: read.data })];
}

/** Changes the numbers of the calls of a function. */
function withCalls(plan: PreparedPlan, name: string, change: (numbers: number[]) => number[]): PreparedPlan {
  let isChanged = false;
  const steps = plan.steps.map((step) => {
    if (!Array.isArray(step) || step[0] !== name) return step;
    isChanged = true;
    const [, ...numbers] = step;
    return [name, ...change(numbers)] satisfies PreparedPlan['steps'][number];
  });
  if (!isChanged) throw new Error(`the plan does not call ${name}`);
  return { ...plan, steps };
}

test('a prepared plan answers from the first request on', async () => {
  const { proofs, prepared } = await rehearsed(dense, requests(SHAPE));
  const model = await loadGraph(dense, proofs, prepared);
  expect(model.model.planState()).toEqual({ kind: 'not yet planned' });
  expect(await answer(model, { x }, ['y'])).toEqual(await computed(dense, { x }));
  expect(model.model.planState()).toEqual({ kind: 'planned', shapes: 1 });
  expect(model.stored).toEqual(['prepared']);
  model.model.dispose();
});

test('a plan has the weights of its own isolate: the same plan computes other weights', async () => {
  const { proofs, prepared } = await rehearsed(dense, requests(SHAPE));
  const other: TestGraph = {
    ...dense,
    weights: { matrix: weight([4, 3]), bias: { ...weight([3]), values: [5, 6, 7] } },
  };
  const model = await loadGraph(other, proofs, prepared);
  // The proof is that of other weights, so that neither plan answers.
  expect(await answer(model, { x }, ['y'])).toEqual(await computed(other, { x }));
  expect(model.stored).toEqual(['not prepared', 'refused']);
  model.model.dispose();
});

test.each<[string, (plan: PreparedPlan) => PreparedPlan]>([
  ['names a weight that the model does not have', (plan) => withWeight(plan, { weight: 'none' })],
  ['has a weight in another form', (plan) => withWeight(plan, { k: 3, n: 4 })],
  ['calls no function', (plan) => ({ ...plan, steps: [['toString', 0], ...plan.steps.slice(1)] })],
  [
    'calls a function that computes nothing',
    (plan) => ({ ...plan, steps: [['has_fused_dot'], ...plan.steps] }),
  ],
  ['has too few arguments', (plan) => withCalls(plan, 'gemm', (numbers) => numbers.slice(1))],
  ['has too many arguments', (plan) => withCalls(plan, 'gemm', (numbers) => [...numbers, 1])],
  ['has half an address', (plan) => withCalls(plan, 'gemm', ([a = 0, , ...rest]) => [a, 0.5, ...rest])],
  ['reads a range that does not exist', (plan) => withCalls(plan, 'gemm', ([, ...rest]) => [99, ...rest])],
  ['reads behind its input', (plan) => withCalls(plan, 'gemm', ([a = 0, , ...rest]) => [a, 16, ...rest])],
  ['computes other values', (plan) => withCalls(plan, 'gemm', bounded)],
  [
    'calls no kernel',
    (plan) => ({ ...plan, steps: [...plan.steps, { ...copyOfOutput(plan), kernel: 'none' }] }),
  ],
  ['writes a constant', (plan) => ({ ...plan, steps: [...plan.steps, copyInto(plan, plan.buffers.length)] })],
  ['returns what it did not write', (plan) => ({ ...plan, steps: [] })],
  ['has another input', (plan) => ({ ...plan, inputs: [{ name: 'z', buffer: 0 }] })],
  ['lacks an output', (plan) => ({ ...plan, outputs: [] })],
])('a prepared plan that %s is not used, and the answer is the same', async (_, change) => {
  const { proofs, prepared } = await rehearsed(dense, requests(SHAPE));
  const model = await loadGraph(dense, proofs, changed(prepared, change));
  const before = (await runtimeMemory()).tensors;
  expect(await answer(model, { x }, ['y'])).toEqual(await computed(dense, { x }));
  expect(model.stored).toEqual(['not prepared', 'used']);
  expect((await runtimeMemory()).tensors).toBe(before);
  model.model.dispose();
});

test('a file that is no prepared plan is not used', async () => {
  const { proofs } = await rehearsed(dense, requests(SHAPE));
  const model = await loadGraph(dense, proofs, [new Uint8Array(9)]);
  expect(await answer(model, { x }, ['y'])).toEqual(await computed(dense, { x }));
  expect(model.stored).toEqual(['not prepared', 'used']);
  model.model.dispose();
});

test('a prepared plan makes its copies of weights again, and frees them', async () => {
  const { proofs, prepared } = await rehearsed(convolution, requests(CONVOLUTION_SHAPE));
  const input = { x: varied(CONVOLUTION_SHAPE, 5) };
  const load = async () => {
    const model = await loadGraph(convolution, proofs, prepared);
    const answered = await answer(model, input, ['y']);
    expect(model.stored).toEqual(['prepared']);
    model.model.dispose();
    return answered;
  };
  const first = await load();
  const { tensors, heapBytes } = await runtimeMemory();
  for (let count = 0; count < 30; count++) expect(await load()).toEqual(first);
  expect(await runtimeMemory()).toMatchObject({ tensors, heapBytes });
});

/** Changes the weight that is packed as a matrix. */
function withWeight(plan: PreparedPlan, change: object): PreparedPlan {
  return {
    ...plan,
    constants: plan.constants.map((each) => (each.kind === 'panels' ? { ...each, ...change } : each)),
  };
}

/** Sets the upper bound of a product, which is its third number from the end, to 0. */
function bounded(numbers: number[]): number[] {
  return numbers.toSpliced(-3, 1, 0);
}

function copyOfOutput(plan: PreparedPlan) {
  return copyInto(plan, plan.outputs[0]?.range ?? 0);
}

/** A call of a kernel that writes the output into a range. */
function copyInto({ outputs: [output] }: PreparedPlan, range: number) {
  if (output === undefined) throw new Error('there is no output');
  const { range: from, shape, dtype } = output;
  return {
    kernel: 'Identity',
    isList: false,
    inputs: [{ name: 'x', range: from, shape, dtype }],
    outputs: [{ range, shape, dtype }],
  };
}
