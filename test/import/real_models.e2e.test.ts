import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readManifest } from '../../worker/registry/version/version_store.ts';
import { REPOSITORY } from '../fixtures/edge/built_worker.ts';
import { ask, readMetrics } from '../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../fixtures/edge/edge.ts';
import { publishDirectory, publishModel, SAMPLES } from '../fixtures/models/publish_directory.ts';

/** Real models by other authors, in a folder beside the repository. Their README describes the expected answers. */
const MODELS = path.join(REPOSITORY, '../shared/models');
const AVAILABLE = existsSync(MODELS);
if (!AVAILABLE) process.emitWarning(`SKIPPED: ${MODELS} is not there, so no real model is tested`);

const BUDGET_MB = 100;

const TensorSchema = v.object({
  shape: v.array(v.number()),
  dtype: v.optional(v.string()),
  seed: v.optional(v.number()),
  first8: v.optional(v.array(v.number())),
  data: v.optional(v.array(v.number())),
});
const OracleSchema = v.object({
  inputs: v.record(v.string(), TensorSchema),
  outputs: v.record(v.string(), TensorSchema),
});
type Tensor = { readonly shape: readonly number[]; readonly data: readonly number[] };

interface ModelCase {
  readonly name: string;
  /** The directory, or the file in it that describes the model. */
  readonly path: string;
  readonly inputs: readonly Tensor[];
  /** In the oracle's order and with the oracle's names. */
  readonly outputs: readonly (Tensor & { readonly name: string })[];
}

/** The generator of the oracles' inputs. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function createInput({ shape, dtype, seed = 42, first8 = [] }: v.InferOutput<typeof TensorSchema>): Tensor {
  const random = mulberry32(seed);
  const count = shape.reduce((product, size) => product * size, 1);
  const data = Array.from({ length: count }, () =>
    dtype === 'int32' ? Math.floor(random() * 5) : Math.fround(random()),
  );
  expect(data.slice(0, first8.length)).toEqual(first8);
  return { shape, data };
}

function oracleCases(): ModelCase[] {
  return readdirSync(MODELS, { recursive: true, encoding: 'utf8' })
    .filter((file) => /(^|\/)ORACLE_tfjs_.*\.json$/.test(file))
    .sort()
    .map((file) => {
      const oracle = v.parse(OracleSchema, JSON.parse(readFileSync(path.join(MODELS, file), 'utf8')));
      const topology = path.basename(file).slice('ORACLE_tfjs_'.length);
      return {
        name: path.dirname(file),
        path: path.join(MODELS, path.dirname(file), topology),
        inputs: Object.values(oracle.inputs).map(createInput),
        outputs: Object.entries(oracle.outputs).map(([name, { shape, data = [] }]) => ({
          name,
          shape,
          data,
        })),
      };
    });
}

/** Models whose authors published inputs and outputs. */
function goldenCases(): ModelCase[] {
  const folder = path.join(MODELS, 'tfjs-layers-golden');
  const read = (file: string): unknown => JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
  const tensors = (prefix: string): Tensor[] => {
    const data = v.parse(v.array(v.array(v.number())), read(`${prefix}-data.json`));
    const shapes = v.parse(v.array(v.array(v.number())), read(`${prefix}-shapes.json`));
    return shapes.map((shape, index) => ({ shape, data: data[index] ?? [] }));
  };
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({
      name: `tfjs-layers-golden/${name}, as its makers published`,
      path: path.join(folder, name),
      inputs: tensors(`${name}.xs`),
      outputs: tensors(`${name}.ys`).map((tensor) => ({ ...tensor, name: '' })),
    }));
}

/** Nested lists of a shape, as JSON has tensors. */
function nest({ shape, data }: Tensor): unknown {
  return shape
    .slice(1)
    .reverse()
    .reduce<readonly unknown[]>(
      (values, size) =>
        Array.from({ length: values.length / size }, (_, index) =>
          values.slice(index * size, (index + 1) * size),
        ),
      data,
    );
}

function worstDifference(actual: readonly number[], expected: readonly number[]): number {
  return expected.reduce((worst, value, index) => {
    const difference = Math.abs((actual[index] ?? Number.NaN) - value) / Math.max(1, Math.abs(value));
    return Math.max(worst, difference);
  }, 0);
}

describe.skipIf(!AVAILABLE)('real models', () => {
  let edge: Edge;
  let tensorsOfHeavy: number | undefined;
  const tensorsWithHeavyAlone = async (): Promise<number | undefined> => {
    await ask(edge.isolates[0], '/v1/models/heavy:predict', { instances: [1] });
    const metrics = await readMetrics(edge.isolates[0]);
    expect(metrics.get('edge_serving_servables')).toBe(1);
    return metrics.get('edge_serving_tensors');
  };
  beforeAll(async () => {
    edge = await startEdge({ isolates: 1, variables: { MEMORY_BUDGET_MB: String(BUDGET_MB) } });
    // Its stored size is so large that a request for it evicts everything else. Without a measurement, its memory need
    // is twice that. The remaining budget is less than any other model needs.
    await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.0.0`, 'heavy', '1', {
      ballastBytes: Math.floor((BUDGET_MB * 1024 * 1024 - 128 * 1024) / 2),
    });
    tensorsOfHeavy = await tensorsWithHeavyAlone();
  });
  afterAll(() => edge.stop());

  const cases = AVAILABLE ? [...oracleCases(), ...goldenCases()] : [];

  test.each(cases)('$name answers what it should', async ({ path: directory, inputs, outputs, name }) => {
    const model = name.replaceAll(/[^A-Za-z0-9_]+/g, '_');
    await publishModel(edge.store, directory, model, '1');
    const read = await readManifest(edge.store, model, '1');
    if (read.kind !== 'found') throw new Error(`the manifest is ${read.kind}`);
    const signature = read.manifest.content.signatures.serving_default;
    const inputNames = Object.keys(signature?.inputs ?? {});
    const outputNames = Object.keys(signature?.outputs ?? {});
    expect(inputNames).toHaveLength(inputs.length);
    const body = {
      inputs: Object.fromEntries(
        inputNames.map((input, index) => [input, nest(inputs[index] ?? { shape: [], data: [] })]),
      ),
    };
    const [isolate] = edge.isolates;
    const expectAnswer = async (): Promise<void> => {
      const answer = await ask(isolate, `/v1/models/${model}:predict`, body);
      expect(answer.status, JSON.stringify(answer.body).slice(0, 500)).toBe(200);
      const answered = v.parse(v.object({ outputs: v.unknown() }), answer.body).outputs;
      const named =
        outputNames.length === 1
          ? { [outputNames[0] ?? '']: answered }
          : v.parse(v.record(v.string(), v.unknown()), answered);
      outputs.forEach((expected, index) => {
        // The oracle's names include tfjs's counter of repeated names. The order is the model's.
        const output = expected.name in named ? expected.name : (outputNames[index] ?? '');
        const actual = v.parse(v.array(v.number()), [named[output]].flat(Number.POSITIVE_INFINITY));
        expect(actual.length).toBeGreaterThanOrEqual(expected.data.length);
        expect(worstDifference(actual, expected.data), output).toBeLessThan(1e-4);
      });
    };
    await expectAnswer();
    const tensors = (await readMetrics(isolate)).get('edge_serving_tensors');
    // Recorded, proven, and answered by a plan.
    for (let time = 0; time < 3; time++) await expectAnswer();
    const metrics = await readMetrics(isolate);
    expect(metrics.get('edge_serving_tensors')).toBe(tensors);
    const labels = `{model="${model}",version="1"}`;
    expect(metrics.get(`edge_serving_planned_shapes${labels}`), 'shapes that plans compute').toBe(1);
    expect(await tensorsWithHeavyAlone(), 'what unloading leaves behind').toBe(tensorsOfHeavy);
  });
});
