import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { ask } from '../../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { writeKerasArchive, writeKerasH5 } from '../../fixtures/keras/keras_files.ts';
import { flat, nested, PlainTensorSchema } from '../../fixtures/keras/nested_values.ts';
import { worstDifference } from '../../fixtures/keras/run_layers.ts';
import { publishModel } from '../../fixtures/models/publish_directory.ts';

/** Computed with numpy in double precision, by what Keras's documentation says of each layer. */
const VECTORS = path.join(import.meta.dirname, '../../fixtures/keras/vectors');
const FAMILIES = [
  'core',
  'activations',
  'recurrent',
  'masks',
  'preprocessing',
  'quantized',
  'spatial',
  'normalization',
  'attention',
  'operations',
  'functions',
  'audio',
  'models',
  'open',
  'h5',
  'keras1',
];

const CaseSchema = v.object({
  name: v.string(),
  /** Keras's version. */
  keras: v.string(),
  model: v.record(v.string(), v.unknown()),
  /** By their paths in the file of a `.keras` archive. */
  variables: v.record(v.string(), PlainTensorSchema),
  /** By layers and names, for a `.h5` file. */
  h5: v.optional(v.record(v.string(), v.record(v.string(), PlainTensorSchema))),
  inputs: v.array(PlainTensorSchema),
  outputs: v.array(PlainTensorSchema),
  /** Of the outputs, where there are several and the case is about them. */
  names: v.optional(v.array(v.string())),
});
type Case = v.InferOutput<typeof CaseSchema>;
type PlainTensor = v.InferOutput<typeof PlainTensorSchema>;

async function readCases(family: string): Promise<Case[]> {
  const lines = (await readFile(path.join(VECTORS, `${family}.jsonl`), 'utf8')).trim().split('\n');
  return lines.map((line) => v.parse(CaseSchema, JSON.parse(line)));
}

const MetadataSchema = v.object({
  metadata: v.object({
    signature_def: v.object({
      signature_def: v.object({
        serving_default: v.object({
          inputs: v.record(v.string(), v.unknown()),
          outputs: v.record(v.string(), v.unknown()),
        }),
      }),
    }),
  }),
});

const folder = await temporaryFolder();
let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge?.stop());

const InputLayersSchema = v.object({
  input_layers: v.array(v.tuple([v.string(), v.number(), v.number()])),
});

/** The only input without its name, several by theirs. */
function inputsOf({ model, inputs }: Case): unknown {
  const [only, ...others] = inputs;
  if (only !== undefined && others.length === 0) return nested(only);
  const layers = v.parse(InputLayersSchema, model.config).input_layers;
  return Object.fromEntries(
    inputs.map((input, index) => [layers[index]?.[0] ?? `input_${index}`, nested(input)]),
  );
}

let published = 0;

async function answers(each: Case, rounds: number): Promise<PlainTensor[][]> {
  const name = `m${++published}`;
  await mkdir(path.join(folder, name));
  const file = path.join(folder, name, 'model');
  const bytes =
    each.h5 === undefined
      ? await writeKerasArchive(each.model, each.variables, each.keras)
      : await writeKerasH5(each.model, each.h5, each.keras);
  await writeFile(file, bytes);
  await publishModel(edge.store, file, name, '1');
  const inputs = inputsOf(each);
  const found: PlainTensor[][] = [];
  for (let round = 0; round < rounds; round++) {
    const { status, body } = await ask(edge.isolates[0], `/v1/models/${name}:predict`, { inputs });
    if (status !== 200) throw new Error(JSON.stringify(body));
    const { outputs } = v.parse(v.object({ outputs: v.unknown() }), body);
    if (each.outputs.length === 1) found.push([flat(outputs)]);
    else {
      const { body: metadata } = await ask(edge.isolates[0], `/v1/models/${name}/metadata`);
      const { serving_default: signature } = v.parse(MetadataSchema, metadata).metadata.signature_def
        .signature_def;
      const byName = v.parse(v.record(v.string(), v.unknown()), outputs);
      if (each.names !== undefined) expect(Object.keys(signature.outputs)).toEqual(each.names);
      found.push(Object.keys(signature.outputs).map((output) => flat(byName[output])));
    }
  }
  return found;
}

/** The executor answers first, then a plan is recorded, proven and used. */
const ROUNDS = 4;

describe.each(FAMILIES)('%s', async (family) => {
  test.each(await readCases(family))('$name', async (each) => {
    for (const answer of await answers(each, ROUNDS)) {
      expect(worstDifference(answer, each.outputs)).toBeLessThan(2e-5);
    }
  });
});
