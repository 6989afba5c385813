import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { convertModel, inspectModel } from '../../../import/index.ts';
import { summaryLines } from '../../../scripts/status/model_report.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { ask } from '../../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { publishModel } from '../../fixtures/models/publish_directory.ts';
import { infer } from '../../fixtures/requests/raw_inference.ts';
import { PARTLY_SERVED } from '../../fixtures/saved_model/partly_served.ts';
import { writeSavedModel } from '../../fixtures/saved_model/write_saved_model.ts';

const LEFT_OUT = {
  counts: expect.stringMatching(/"add" \(AssignAddVariableOp\) changes the model/),
  serving_default: expect.stringMatching(/NoSuchOperation is not computed .*: secret/),
  unread: expect.stringMatching(/"path" is not among the model's assets/),
};

const folder = await temporaryFolder();
let edge: Edge;
let directory: string;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
  directory = await writeSavedModel(PARTLY_SERVED);
});
afterAll(() => edge?.stop());

const predict = (model: string, body: unknown) => ask(edge.isolates[0], `/v1/models/${model}:predict`, body);

async function expectServed(model: string): Promise<void> {
  expect(await predict(model, { signature_name: 'twice', inputs: [1.5, -2] })).toMatchObject({
    status: 200,
    body: { outputs: [3, -4] },
  });
  expect(await predict(model, { signature_name: 'known', inputs: ['one', 'two'] })).toMatchObject({
    status: 200,
    body: { outputs: [1, -1] },
  });
  const { body } = await ask(edge.isolates[0], `/v1/models/${model}/metadata`);
  expect(body).toMatchObject({
    metadata: {
      signature_def: { signature_def: { known: expect.anything(), twice: expect.anything() } },
      left_out: LEFT_OUT,
    },
  });
}

test('those that can be computed answer, and the metadata says which do not and why', async () => {
  await publishModel(edge.store, directory, 'partly', '1');
  await expectServed('partly');
});

test('the same after a conversion', async () => {
  const converted = path.join(folder, 'converted');
  expect(await convertModel(directory, converted, { force: false })).toMatchObject({
    content: { leftOut: LEFT_OUT },
  });
  await publishModel(edge.store, converted, 'converted', '1');
  await expectServed('converted');
});

test('a request for one of them is refused with the reason, even if it is the default', async () => {
  await publishModel(edge.store, directory, 'asked', '1');
  for (const [signature_name, why] of Object.entries(LEFT_OUT)) {
    const named = signature_name === 'serving_default' ? {} : { signature_name };
    const answer = await predict('asked', { ...named, inputs: [1] });
    expect(answer).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining(`"${signature_name}" not found`) },
    });
    expect(answer.body).toEqual({ error: why });
  }
  const inferred = await infer(edge.isolates[0], 'asked', { x: { shape: [1], datatype: 'FP32', data: [1] } });
  expect(inferred).toEqual({ kind: 'refused', status: 400, message: LEFT_OUT.serving_default });
});

test('an inspection says so', async () => {
  const inspected = await inspectModel(directory, { temporaryDirectory: await temporaryFolder() });
  if (inspected.kind !== 'read') throw new Error(inspected.message);
  expect(inspected.value.leftOut).toEqual(LEFT_OUT);
  expect(summaryLines(inspected.value).join('\n')).toMatch(
    /signature serving_default is not served: .*NoSuchOperation/,
  );
});

test('a model without a computable signature is refused, with all reasons', async () => {
  const { twice: _, known: __, ...others } = PARTLY_SERVED.signatures;
  const refused = await writeSavedModel({ ...PARTLY_SERVED, signatures: others });
  await expect(publishModel(edge.store, refused, 'refused', '1')).rejects.toThrow(/changes the model/);
});
