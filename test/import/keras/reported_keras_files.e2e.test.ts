import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REPOSITORY } from '../../fixtures/edge/built_worker.ts';
import { ask } from '../../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { flat, nested, PlainTensorSchema } from '../../fixtures/keras/nested_values.ts';
import { worstDifference } from '../../fixtures/keras/run_layers.ts';
import { publishModel } from '../../fixtures/models/publish_directory.ts';

/** Models after public bug reports, beside the repository where somebody has put them. */
const CASES = path.join(REPOSITORY, '../shared/cases');
const areThere = existsSync(CASES);
if (!areThere) process.emitWarning(`SKIPPED: Keras files after bug reports; there is no ${CASES}`);

/** Computed with numpy in double precision from the weights in the files. */
const VECTORS = path.join(import.meta.dirname, '../../fixtures/keras/vectors/reported.jsonl');
const TensorsSchema = v.record(v.string(), PlainTensorSchema);
const CaseSchema = v.object({ name: v.string(), inputs: TensorsSchema, outputs: TensorsSchema });
const REPORTED = readFileSync(VECTORS, 'utf8')
  .trim()
  .split('\n')
  .map((line) => v.parse(CaseSchema, JSON.parse(line)));

const ROUNDS = 4;

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge?.stop());

describe.skipIf(!areThere)('a Keras file after a bug report', () => {
  test.each(REPORTED)('$name', async ({ name, inputs, outputs }) => {
    const model = name.replaceAll(/\W/g, '_');
    await publishModel(edge.store, path.join(CASES, name), model, '1');
    const given = Object.entries(inputs).map(([input, tensor]) => [input, nested(tensor)]);
    for (let round = 0; round < ROUNDS; round++) {
      const { status, body } = await ask(edge.isolates[0], `/v1/models/${model}:predict`, {
        inputs: Object.fromEntries(given),
      });
      expect(status, JSON.stringify(body)).toBe(200);
      const answer = v.parse(v.object({ outputs: v.unknown() }), body).outputs;
      const names = Object.keys(outputs);
      // An answer of one output has no name.
      const answered =
        names.length === 1
          ? { [names[0] ?? '']: answer }
          : v.parse(v.record(v.string(), v.unknown()), answer);
      expect(Object.keys(answered)).toEqual(names);
      expect(worstDifference(Object.values(answered).map(flat), Object.values(outputs))).toBeLessThan(1e-5);
    }
  });

  test.each([['13-tfjs-layers-model-of-keras-3', { input_layer: [[2, 5]] }, [[2 * 1 + 5 * 2 + 3]]]])(
    '%s',
    async (name, inputs, expected) => {
      const model = name.replaceAll(/\W/g, '_');
      await publishModel(edge.store, path.join(CASES, name), model, '1');
      for (let round = 0; round < ROUNDS; round++) {
        const { body } = await ask(edge.isolates[0], `/v1/models/${model}:predict`, { inputs });
        expect(body).toEqual({ outputs: expected });
      }
    },
  );

  test('24-int8-quantised/int8_dense.keras, whose scale Keras would not load either', async () => {
    const file = path.join(CASES, '24-int8-quantised/int8_dense.keras');
    await expect(publishModel(edge.store, file, 'quantized', '1')).rejects.toThrow(
      /vars\/2 has shape \[1,2\], and dense\/kernel_scale of layer "dense" needs \[2\]/,
    );
  });
});
