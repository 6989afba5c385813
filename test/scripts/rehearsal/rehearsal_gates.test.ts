import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { generateSigningKey } from '../../../scripts/publish/signing_key.ts';
import * as models from '../../fixtures/commands/failing_models.ts';
import { GRAPH_MODEL } from '../../fixtures/commands/model_directories.ts';
import { publish } from '../../fixtures/commands/publishing.ts';
import { runScript } from '../../fixtures/commands/run_script.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { snapshot, temporaryRegistry } from '../../fixtures/commands/temporary_registry.ts';

const folder = await temporaryFolder();
const { store, place } = await temporaryRegistry();
const state = place.kind === 'local' ? place.directory : '';

const publishScript = (directory: string, model: string, ...options: readonly string[]) =>
  runScript('publish', [directory, '--model', model, '--persist-to', state, ...options]);

/** Publishes with the real script. Expects a refusal in one sentence, and that nothing is uploaded. */
async function expectRefused(
  directory: string,
  expected: RegExp,
  options: readonly string[] = [],
  model = 'refused',
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const before = await snapshot(store);
  const parameters = [directory, '--model', model, '--persist-to', state, '--json', ...options];
  const { code, stdout } = await runScript('publish', parameters, { env });
  expect(JSON.parse(stdout)).toEqual({ error: expect.stringMatching(expected) });
  expect(stdout).not.toMatch(/\\n +at /);
  expect(code).toBe(1);
  expect(await snapshot(store)).toEqual(before);
}

const HALF = { inputs: { x: [1, 2] }, outputs: { y: [2.5, 3] } };

describe('refused before anything is uploaded is a model that', () => {
  test('has an unknown operation', async () => {
    // Found in the graph alone, before any rehearsal.
    await expectRefused(
      await models.unknownOperation(),
      /the server cannot execute all of its operations:\s+NoSuchOperation is not computed by the server: y. A way round: /,
    );
  });

  test('has a cycle', async () => {
    await expectRefused(await models.cycle(), /node "[yz]" is computed from itself$/);
  });

  test('never ends', async () => {
    await expectRefused(
      await models.endlessLoop(),
      /^refused 1\.0\.0 cannot be loaded: no answer within 3 seconds$/,
      ['--rehearsal-limit', '3'],
    );
  });

  test('disagrees with its golden outputs', async () => {
    const wrong = { ...HALF, outputs: { y: [2.5, 3.1] } };
    const directory = await models.half(join(folder, 'wrong'), models.goldenFile(HALF, wrong));
    await expectRefused(
      directory,
      /^refused 1\.0\.0 disagrees with its golden example 2: output y at \[1\] is 3 and not 3\.1 \(tolerance 0\.0001\)$/,
    );
  });

  test('answers values that are not finite numbers, unless its golden example does', async () => {
    const directory = await models.notANumber();
    await expectRefused(
      directory,
      /values that are not finite numbers: output y has "?(NaN|-Infinity)"? in 1 of 1 values; .*edge-serving record/,
    );
  });

  test('does not fit the memory budget', async () => {
    await expectRefused(
      await models.largeWeights(join(folder, 'large')),
      /^refused 1\.0\.0 needs about 64\.9 MB of memory, and MEMORY_BUDGET_MB is 64\.0$/,
    );
  });

  test('needs a larger heap than there may be', async () => {
    await expectRefused(await models.largeActivations(), /^refused 1\.0\.0 cannot be loaded: .*memory/);
  });

  test('is not signed where the Worker demands that', async () => {
    const configuration = join(folder, 'wrangler.json');
    const { publicText } = generateSigningKey();
    await writeFile(
      configuration,
      JSON.stringify({
        name: 'edge',
        compatibility_date: '2026-11-01',
        r2_buckets: [{ binding: 'MODELS', bucket_name: 'edge-serving-models' }],
        vars: { MANIFEST_PUBLIC_KEYS: publicText },
      }),
    );
    const directory = await models.half(join(folder, 'unsigned'));
    const demands = { EDGE_SERVING_CONFIG: configuration };
    await expectRefused(
      directory,
      /requires a signature; publish with --sign KEYFILE$/,
      [],
      'signed',
      demands,
    );
    await writeFile(join(folder, 'other.pem'), generateSigningKey().privatePem);
    const sign = ['--sign', join(folder, 'other.pem')];
    await expectRefused(directory, /key [0-9a-f]{16}, which is not among/, sign, 'signed', demands);
  });

  test('would break clients of the current version, unless that is allowed or announced', async () => {
    const model = 'breaking';
    await publish(store, await models.half(join(folder, 'before')), model);
    const renamed = {
      ...GRAPH_MODEL,
      signature: {
        inputs: { z: GRAPH_MODEL.signature.inputs.x },
        outputs: { w: GRAPH_MODEL.signature.outputs.y },
      },
    };
    const directory = await models.half(join(folder, 'after'), { 'model.json': renamed });
    await expectRefused(
      directory,
      /^breaking 1\.0\.1 would break clients of the current version 1\.0\.0: .*input "x" is gone; .*input "z" is new; .*output "y" is gone.* --model-version 2\.0\.0, or with --allow-breaking$/,
      [],
      model,
    );
    for (const option of ['--allow-breaking', '--bump=major']) {
      const dry = await publishScript(directory, model, option, '--dry-run', '--skip-rehearsal', '--json');
      expect(dry.code).toBe(0);
      expect(JSON.parse(dry.stdout)).toMatchObject({
        dryRun: true,
        differences: expect.arrayContaining([
          { isBreaking: true, what: 'serving_default: input "x" is gone' },
        ]),
      });
    }
  });
});
