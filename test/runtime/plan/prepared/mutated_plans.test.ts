import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { NamedTensors } from '../../../../worker/model/tensor.ts';
import { Arena } from '../../../../worker/runtime/backend/arena.ts';
import { placePlan } from '../../../../worker/runtime/plan/prepared/place_plan.ts';
import type { PlanFile } from '../../../../worker/runtime/plan/prepared/plan_file.ts';
import type { PreparedPlan } from '../../../../worker/runtime/plan/prepared/prepared_plan.ts';
import { Plan } from '../../../../worker/runtime/plan/run/plan.ts';
import { randomTensor, randomValues } from '../../../fixtures/kernels/comparison.ts';
import { createNodeBackend, type NodeBackend } from '../../../fixtures/kernels/node_backend.ts';
import { computeNetwork, networks } from '../random_integer_network.ts';
import { type RecordedPlan, recordPlan } from '../recorded_plan.ts';

/** The heap never shrinks, and is compared for every plan. Bytes. */
const MOST_MEMORY = 2 ** 21;

const CASES = Number(process.env.FUZZ_CASES ?? 6000);
const NETWORKS = 12;

let node: NodeBackend;
beforeAll(async () => {
  node = await createNodeBackend();
});

const SHAPE: [number, number, number, number] = [1, 8, 8, 3];

/** Convolutions of all kinds, moves, reductions and products of floats. */
function floatNetwork(x: tf.Tensor): tf.Tensor {
  const filter = (shape: number[], seed: number) => randomTensor(shape, seed, 0.3) as tf.Tensor4D;
  const wide = tf.relu6(tf.conv2d(x as tf.Tensor4D, filter([3, 3, 3, 9], 1), 1, 'same'));
  const deep = tf.relu(tf.depthwiseConv2d(wide, filter([3, 3, 9, 1], 2), 2, 'same'));
  const point = tf.conv2d(deep, filter([1, 1, 9, 16], 3), 1, 'valid');
  const pooled = tf.concat([tf.maxPool(wide, 2, 2, 'valid'), point, tf.sigmoid(deep)], 3);
  const padded = tf.pad(pooled as tf.Tensor4D, [
    [0, 0],
    [1, 0],
    [0, 2],
    [0, 0],
  ]);
  const means = tf.mean(padded, [1, 2]);
  return tf.softmax(
    tf.add(tf.matMul(means as tf.Tensor2D, filter([34, 10], 4) as unknown as tf.Tensor2D), 0.5),
  );
}

interface Mutation {
  readonly at: number;
  readonly to: number;
  readonly kind: number;
}

const INTERESTING = [
  0,
  1,
  -1,
  2,
  3,
  7,
  8,
  16,
  255,
  256,
  4096,
  2 ** 20,
  2 ** 28,
  2 ** 29,
  2 ** 31 - 1,
  -(2 ** 31),
];

const mutations = fc.array(fc.record({ at: fc.nat(2 ** 20), to: fc.nat(2 ** 20), kind: fc.nat(5) }), {
  minLength: 1,
  maxLength: 3,
});

/** Changes one number of a plan, its sizes of buffers included. */
function mutated(numbers: readonly number[], { at, to, kind }: Mutation): number[] {
  const index = at % numbers.length;
  const old = numbers[index] ?? 0;
  const replaced = [
    old + 1,
    old - 1,
    old * 2,
    INTERESTING[to % INTERESTING.length] ?? 0,
    numbers[to % numbers.length] ?? 0,
    to % 64,
  ][kind];
  return numbers.with(index, replaced ?? 0);
}

function mutatedPlan(plan: PreparedPlan, mutation: Mutation): PreparedPlan {
  if (mutation.at % 16 === 0) {
    const buffers = mutated(plan.buffers, mutation).map((bytes) => Math.min(Math.max(0, bytes), 2 ** 31 - 1));
    return { ...plan, buffers };
  }
  const index = mutation.to % plan.steps.length;
  const step = plan.steps[index];
  if (!Array.isArray(step)) return plan;
  const [name, ...numbers] = step;
  return { ...plan, steps: plan.steps.with(index, [name, ...mutated(numbers, mutation)]) };
}

const nothing = { get: () => undefined, entries: () => [] };

/**
 * Runs a plan with two contents of the memory that it computes in.
 *
 * @returns false if it is refused
 * @throws if it writes anything else, or if its answer depends on what was there
 */
function isSafe({ kernels }: RecordedPlan, file: PlanFile, inputs: NamedTensors): boolean {
  const { backend } = node;
  const { functions, heap, weights } = kernels;
  const arena = new Arena(heap);
  let plan: Plan;
  try {
    const compiled = placePlan({ backend, functions, heap, weights }, file, nothing, inputs);
    plan = new Plan({ backend, functions, arena }, compiled);
  } catch {
    return false;
  }
  try {
    if (file.plan.buffers.reduce((sum, bytes) => sum + bytes, 0) > MOST_MEMORY) return false;
    const start = arena.address();
    if (start === undefined) return false;
    const memory = backend.wasm.HEAPU8;
    const answers = [0xff, 0x11].map((poison) => {
      memory.fill(poison, start, start + arena.bytes);
      const before = memory.slice();
      const result = plan.run(inputs);
      const after = memory.slice();
      before.set(after.subarray(start, start + arena.bytes), start);
      expect(Buffer.compare(before, after), 'the plan wrote outside of its memory').toBe(0);
      return result.kind === 'computed'
        ? [...result.outputs].map(([name, { values }]) => [name, bytesOf(values)])
        : result.kind;
    });
    expect(answers[0], 'the answer depends on what was in memory').toEqual(answers[1]);
    return true;
  } catch (error) {
    // A kernel that does not know its operation traps, and the isolate begins with a new heap.
    if (error instanceof WebAssembly.RuntimeError) throw new Error('the plan trapped', { cause: error });
    throw error;
  } finally {
    plan.dispose();
  }
}

function bytesOf(values: ArrayLike<unknown>): number[] {
  return ArrayBuffer.isView(values)
    ? [...new Uint8Array(values.buffer, values.byteOffset, values.byteLength)]
    : [];
}

function expectSafe(recorded: RecordedPlan, shape: readonly number[], cases: number, seed: number): number {
  const { file } = recorded;
  if (file === undefined) throw new Error('the plan is not described');
  const values = randomValues(tf.util.sizeFromShape([...shape]), seed, 3);
  const inputs: NamedTensors = new Map([['x', { dtype: 'float32', shape, values }]]);
  expect(isSafe(recorded, file, inputs)).toBe(true);
  let safe = 0;
  fc.assert(
    fc.property(mutations, (list) => {
      const plan = list.reduce(mutatedPlan, file.plan);
      if (isSafe(recorded, { ...file, plan }, inputs)) safe += 1;
    }),
    { numRuns: Math.ceil(cases), endOnFailure: true },
  );
  return safe;
}

test('a changed plan of floats is refused, or computes in its own memory alone', () => {
  const values = randomValues(tf.util.sizeFromShape(SHAPE), 1, 3);
  const recorded = recordPlan(node, floatNetwork, { shape: SHAPE, values });
  try {
    expect(expectSafe(recorded, SHAPE, CASES / 20, 2)).toBeGreaterThan(CASES / 200);
  } finally {
    recorded.dispose();
  }
});

test('a changed plan of integers is refused, or computes in its own memory alone', () => {
  let safe = 0;
  fc.assert(
    fc.property(networks, (network) => {
      const compute = (x: tf.Tensor) => computeNetwork(network, x);
      const shape = [...network.shape];
      const values = randomValues(tf.util.sizeFromShape(shape), 1, 100);
      const recorded = recordPlan(node, compute, { shape, values });
      try {
        // tfjs's own kernels allocate tensors.
        fc.pre(recorded.file?.plan.steps.every((step) => Array.isArray(step)) === true);
        safe += expectSafe(recorded, shape, CASES / 20 / NETWORKS, 2);
      } finally {
        recorded.dispose();
      }
    }),
    // A smaller network would have other plans.
    { numRuns: NETWORKS, endOnFailure: true },
  );
  expect(safe).toBeGreaterThan(CASES / 400);
});
