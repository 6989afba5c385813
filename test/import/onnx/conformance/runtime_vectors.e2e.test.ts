import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Edge, startEdge } from '../../../fixtures/edge/edge.ts';
import { publishModel } from '../../../fixtures/models/publish_directory.ts';
import { infer } from '../../../fixtures/requests/raw_inference.ts';
import { isSame } from '../stored_tensors.ts';

/** JSON has no NaN and no infinity, which are texts here. */
const NumberSchema = v.union([
  v.number(),
  v.pipe(v.picklist(['NaN', 'Infinity', '-Infinity']), v.transform(Number)),
]);

const TensorSchema = v.variant('datatype', [
  v.strictObject({ shape: v.array(v.number()), datatype: v.literal('BYTES'), data: v.array(v.string()) }),
  v.strictObject({
    shape: v.array(v.number()),
    datatype: v.picklist(['FP32', 'INT32', 'BOOL']),
    data: v.array(NumberSchema),
  }),
]);

const VectorSchema = v.strictObject({
  name: v.string(),
  /** The bytes of the ONNX file in base64. */
  model: v.string(),
  inputs: v.record(v.string(), TensorSchema),
  outputs: v.record(v.string(), TensorSchema),
});

/** One model of a node on random numbers in each line, with what ONNX Runtime 1.30 answered without optimizations. */
const lines = (await readFile(path.join(import.meta.dirname, 'runtime_vectors.jsonl'), 'utf8')).trim();
const VECTORS = lines.split('\n').map((line) => v.parse(VectorSchema, JSON.parse(line)));

let edge: Edge;
let folder: string;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
  folder = await mkdtemp(path.join(tmpdir(), 'onnx-'));
});
afterAll(() => edge?.stop());

/** The executor answers first; then a plan is recorded, proven and used. */
const ROUNDS = 3;

describe('an operator answers what ONNX Runtime does', () => {
  test.each(VECTORS)('$name', async ({ name, model, inputs, outputs }) => {
    const file = path.join(folder, `${name}.onnx`);
    await writeFile(file, Buffer.from(model, 'base64'));
    const published = name.toLowerCase();
    await publishModel(edge.store, file, published, '1');
    for (let round = 0; round < ROUNDS; round++) {
      const answer = await infer(edge.isolates[0], published, inputs);
      if (answer.kind === 'refused') throw new Error(answer.message);
      for (const [output, wanted] of Object.entries(outputs)) {
        const given = answer.outputs[output];
        expect(
          given !== undefined && isSame(given, wanted),
          `${output}: ${given?.data} for ${wanted.data}`,
        ).toBe(true);
      }
    }
  });
});
