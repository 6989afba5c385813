import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REPOSITORY } from '../../fixtures/edge/built_worker.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { publishModel } from '../../fixtures/models/publish_directory.ts';
import { infer, type RawTensor } from '../../fixtures/requests/raw_inference.ts';
import { type GivenTensor, valuesOf } from './generated_inputs.ts';

/** Models with what TensorFlow Lite answered, beside the repository. Its README says how their inputs are made. */
const MODELS = path.join(REPOSITORY, '../shared/models/tflite');
const ONLY = new RegExp(process.env.TFLITE_MODELS ?? '');
/**
 * Their requests give the shape of the output, and the generator gives one that no output has: the answers are zeros of another shape.
 * The product refuses such a request.
 */
const WITHOUT_ANSWERS = /transpose_conv/;
/** The executor answers first; then a plan is recorded, proven and used. */
const ROUNDS = 3;

function cases(): string[] {
  if (!existsSync(MODELS)) {
    process.emitWarning(`SKIPPED: models of TensorFlow Lite; there is no ${MODELS}`);
    return [];
  }
  return ['', 'seanet'].flatMap((folder) =>
    readdirSync(path.join(MODELS, folder))
      .filter((name) => name.endsWith('.json') && ONLY.test(name) && !WITHOUT_ANSWERS.test(name))
      .map((name) => path.join(folder, name)),
  );
}

const TensorSchema = v.object({
  name: v.string(),
  dtype: v.string(),
  shape: v.array(v.number()),
  first: v.optional(v.array(v.number()), []),
  data: v.optional(v.array(v.number()), []),
});
const CaseSchema = v.object({ inputs: v.array(TensorSchema), outputs: v.array(TensorSchema) });
const NamesSchema = v.array(v.object({ name: v.string() }));
const MetadataSchema = v.object({ inputs: NamesSchema, outputs: NamesSchema });

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge?.stop());

describe.skipIf(cases().length === 0)('a model answers what TensorFlow Lite answers', () => {
  test.each(cases())('%s', async (file) => {
    const { inputs, outputs } = v.parse(
      CaseSchema,
      JSON.parse(await readFile(path.join(MODELS, file), 'utf8')),
    );
    const [, base = '', kind = ''] = /^(.*)\.(random|cat|bird)\.json$/.exec(file) ?? [];
    const model = `${base}-${kind}`.toLowerCase().replaceAll(/[^a-z0-9_.-]/g, '_');
    await publishModel(edge.store, path.join(MODELS, `${base}.tflite`), model, '1');
    const metadata = await fetch(new URL(`/v2/models/${model}`, edge.isolates[0]));
    const names = v.parse(MetadataSchema, await metadata.json());
    const given = await valuesOf(inputs, kind, MODELS);
    const request = Object.fromEntries(
      named(inputs, names.inputs).map(([name, { dtype, shape }], index): [string, RawTensor] => [
        name,
        { shape, datatype: dtype === 'float32' ? 'FP32' : 'INT32', data: [...(given[index] ?? [])] },
      ]),
    );
    for (let round = 0; round < ROUNDS; round++) {
      const answer = await infer(edge.isolates[0], model, request);
      if (answer.kind === 'refused') throw new Error(answer.message);
      for (const [name, wanted] of named(outputs, names.outputs)) {
        const output = answer.outputs[name];
        expect(output?.shape).toEqual(wanted.shape);
        const values = (output?.data ?? []).map(Number);
        expect(largestDifference(values, wanted.data)).toBeLessThanOrEqual(tolerance(wanted));
        if (kind !== 'random') expect(topOf(values)).toBe(topOf(wanted.data));
      }
    }
  });
});

/** A step of an integer output; of floats, a part of the largest value. */
function tolerance({ dtype, data }: GivenTensor & { readonly data: readonly number[] }): number {
  return dtype === 'float32' ? 1e-5 * Math.max(...data.map(Math.abs)) : 1;
}

function largestDifference(values: readonly number[], wanted: readonly number[]): number {
  if (values.length !== wanted.length) return Number.POSITIVE_INFINITY;
  return wanted.reduce(
    (most, value, index) => Math.max(most, Math.abs(value - (values[index] ?? Number.NaN))),
    0,
  );
}

const topOf = (values: readonly number[]): number => values.indexOf(Math.max(...values));

/** Tensors by the names of the signature, which are not always those in the graph. */
function named<T extends GivenTensor>(
  tensors: readonly T[],
  order: readonly { readonly name: string }[],
): [string, T][] {
  const known = new Set(order.map(({ name }) => name));
  return tensors.map((tensor, index) => [
    known.has(tensor.name) ? tensor.name : (order[index]?.name ?? tensor.name),
    tensor,
  ]);
}
