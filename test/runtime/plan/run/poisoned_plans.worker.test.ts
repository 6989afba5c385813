import fc from 'fast-check';
import { beforeAll, expect, inject, test } from 'vitest';
import type { Graph } from '../../../../import/graph/graph.ts';
import { graphDefinition } from '../../../../import/tfjs/writer/graph_json.ts';
import type { NamedTensors, TensorValue } from '../../../../worker/model/tensor.ts';
import { elementCount } from '../../../../worker/model/tensor.ts';
import { currentRuntime, wasmBackend } from '../../../../worker/runtime/backend/backend.ts';
import { BrokenRuntimeError } from '../../../../worker/runtime/backend/execution.ts';
import { ExecutionError, type LoadedModel } from '../../../../worker/runtime/loaded_model.ts';
import { loadModel } from '../../../../worker/runtime/loading/load_model.ts';
import { POISONS, PoisonedHeap } from '../../poison/heap/poisoned_heap.ts';
import { type SmallGraph, smallGraphs } from '../../poison/heap/small_graphs.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** See vitest.config.mts. */
    readonly fuzzCases: number;
  }
}

/** The number of graphs, which FUZZ_CASES can increase. */
const CASES = Math.ceil(inject('fuzzCases') / 60);

/** The permitted difference of sums in another order, relative to the largest value. See planned_model.ts. */
const TOLERANCE = 1e-4;

let heap: PoisonedHeap;
beforeAll(async () => {
  heap = new PoisonedHeap(await wasmBackend());
});

type Answer = NamedTensors | 'refused';

const sizes = fc.tuple(
  fc.constantFrom(0, 1, 2),
  fc.constantFrom(0, 1, 2, 3, 5, 6),
  fc.constantFrom(0, 1, 2, 3, 4, 7),
);

/** Images of a few sizes. Each is requested several times in any order, until a plan answers. */
const requests = fc.record({
  sizes: fc.array(sizes, { minLength: 1, maxLength: 3 }),
  order: fc.array(fc.nat(2), { minLength: 4, maxLength: 8 }),
});

test('a plan answers as the executor does, whatever memory held, even for images without pixels', async () => {
  let [planned, refused] = [0, 0];
  await fc.assert(
    fc.asyncProperty(smallGraphs, requests, async (small, { sizes, order }) => {
      const asked = order.map((which, turn) =>
        image(sizes[which % sizes.length] ?? [1, 1, 1], small.channels, turn),
      );
      const all: Answer[][] = [];
      for (const poison of POISONS) {
        const { answers, isPlanned } = await serve(small, asked, poison);
        all.push(answers);
        if (isPlanned) planned++;
      }
      const [first = [], ...others] = all;
      for (const other of others) expect(other.map(bits)).toEqual(first.map(bits));
      for (const [turn, inputs] of asked.entries()) {
        const { answers } = await serve(small, [inputs], POISONS[0]);
        expectClose(first[turn], answers[0], `${inputs.get('x')?.shape}`);
        if (answers[0] === 'refused') refused++;
      }
    }),
    { numRuns: CASES },
  );
  // Otherwise few plans were tested.
  expect(planned).toBeGreaterThan(CASES / 2);
  expect(refused).toBeLessThan(CASES * 6);
});

function image(
  [batch, height, width]: readonly [number, number, number],
  channels: number,
  seed: number,
): NamedTensors {
  const shape = [batch, height, width, channels];
  const values = Float32Array.from({ length: elementCount(shape) }, (_, index) =>
    Math.sin(index * 1.7 + seed * 2.3),
  );
  return new Map<string, TensorValue>([['x', { dtype: 'float32', shape, values }]]);
}

/** Loads a graph over poisoned memory, and sends it requests in turn. */
async function serve(
  { graph, outputs }: SmallGraph,
  requests: readonly NamedTensors[],
  poison: (typeof POISONS)[number],
): Promise<{ answers: Answer[]; isPlanned: boolean }> {
  const { kernels, arena } = currentRuntime();
  arena.free();
  kernels.heap.dispose();
  const before = heap.liveBytes;
  heap.begin(poison);
  const model = await load(graph);
  const answers: Answer[] = [];
  for (const inputs of requests) {
    // Between requests, a plan's memory holds values of other clients. Here it holds poison.
    arena.free();
    answers.push(await ask(model, inputs, outputs));
    expect(heap.findStray()).toBeUndefined();
  }
  const isPlanned = model.planState().kind === 'planned';
  model.dispose();
  arena.free();
  kernels.heap.dispose();
  expect(heap.liveBytes - before, 'bytes that are not freed').toBe(0);
  return { answers, isPlanned };
}

async function ask(model: LoadedModel, inputs: NamedTensors, outputs: readonly string[]): Promise<Answer> {
  try {
    return await model.execute(inputs, outputs);
  } catch (error) {
    if (!(error instanceof ExecutionError) || error instanceof BrokenRuntimeError) throw error;
    return 'refused';
  }
}

async function load(graph: Graph): Promise<LoadedModel> {
  const weights = [...graph.weights];
  const bytes = await Promise.all(weights.map(([, weight]) => weight.read()));
  const json = {
    modelTopology: graphDefinition(graph),
    weightsManifest: [
      {
        paths: ['weights.bin'],
        weights: weights.map(([name, { dtype, shape }]) => ({ name, dtype, shape })),
      },
    ],
  };
  return loadModel({
    format: 'tfjs-graph-model',
    topology: 'model.json',
    open: async function* (path) {
      if (path === 'model.json') yield new TextEncoder().encode(JSON.stringify(json));
      else yield* bytes;
    },
    onAbandon: () => undefined,
  });
}

/** The bits of an answer. All NaN count as equal. */
function bits(answer: Answer): unknown {
  if (answer === 'refused') return answer;
  return [...answer].map(([name, { dtype, shape, values }]) => [name, dtype, shape, values]);
}

function expectClose(answer: Answer | undefined, expected: Answer | undefined, what: string): void {
  if (answer === undefined || expected === undefined || answer === 'refused' || expected === 'refused') {
    expect(answer === 'refused', what).toBe(expected === 'refused');
    return;
  }
  for (const [name, wanted] of expected) {
    const given = answer.get(name);
    expect([given?.dtype, given?.shape], what).toEqual([wanted.dtype, wanted.shape]);
    const values = Array.from<unknown, number>(wanted.values, Number);
    const largest = values.reduce(
      (most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most),
      0,
    );
    values.forEach((value, index) => {
      const got = Number(given?.values[index]);
      if (Object.is(got, value) || got === value) return;
      expect(Math.abs(got - value), `${name}[${index}] of ${what}: ${got}, not ${value}`).toBeLessThanOrEqual(
        TOLERANCE * Math.max(Math.abs(value), largest / 10) + 1e-6,
      );
    });
  }
}
