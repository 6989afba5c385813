import { join } from 'node:path';
import { expect, test } from 'vitest';
import { diffJson, diffLines } from '../../../scripts/diff/diff_report.ts';
import { diffVersions, summarizeVersion, type VersionDiff } from '../../../scripts/diff/version_diff.ts';
import { findVersion } from '../../../scripts/registry/find_version.ts';
import { blobKey } from '../../../worker/registry/storage/storage_keys.ts';
import { GRAPH_MODEL, writeGraphModel } from '../../fixtures/commands/model_directories.ts';
import { publish } from '../../fixtures/commands/publishing.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { temporaryRegistry } from '../../fixtures/commands/temporary_registry.ts';

const folder = await temporaryFolder();
const { store, place } = await temporaryRegistry();

/** Renames the output and squares it, so that clients notice. */
const { node, ...topology } = GRAPH_MODEL.modelTopology;
const CHANGED = {
  ...GRAPH_MODEL,
  signature: {
    ...GRAPH_MODEL.signature,
    outputs: { z: { ...GRAPH_MODEL.signature.outputs.y, name: 'z:0' } },
  },
  modelTopology: {
    ...topology,
    node: [...node, { name: 'z', op: 'Square', input: ['y'], attr: { T: { type: 'DT_FLOAT' } } }],
  },
};

await publish(store, await writeGraphModel(join(folder, '1.0.0')), 'half', {
  card: { description: 'The first.', metrics: { accuracy: 0.9 } },
});
const second = await publish(
  store,
  await writeGraphModel(join(folder, '2.0.0'), { 'model.json': CHANGED }),
  'half',
  {
    card: { tags: ['retrained'], metrics: { accuracy: 0.95, loss: 0.1 } },
  },
);
await publish(store, join(folder, '1.0.0'), 'half', { version: '1.0.1', flip: false, allowBreaking: true });

async function diff(one: string, other: string): Promise<VersionDiff> {
  const read = async (name: string) => {
    const found = await findVersion({ store, place }, 'half', name);
    if (found.kind !== 'found') throw new Error(found.reason);
    return summarizeVersion(store, found.manifest);
  };
  return diffVersions(await read(one), await read(other));
}

test('two versions differ in signatures, files, operations and cards', async () => {
  const found = await diff('previous', 'current');
  expect(diffJson(found)).toMatchObject({
    one: { version: '1.0.0', parameters: 2, weightBytes: 8, card: { description: 'The first.' } },
    other: { version: '2.0.0', parameters: 2, card: { tags: ['retrained'] } },
    sameContent: false,
    signatures: [
      { isBreaking: true, what: 'serving_default: output "y" is gone' },
      { isBreaking: true, what: expect.stringContaining('output "z" is new') },
    ],
    files: {
      same: [],
      different: [
        { path: 'model.json', one: { bytes: expect.any(Number) }, other: { bytes: expect.any(Number) } },
        { path: 'weights.bin', one: { bytes: 8 }, other: { bytes: 8 } },
      ],
    },
    operations: [{ name: 'Square', one: 0, other: 1 }],
  });
  const lines = diffLines('half', found);
  expect(lines.map((line) => line.trim().split(/ {2,}/))).toEqual(
    expect.arrayContaining([
      ['1.0.0', '2.0.0'],
      ['accuracy', '0.9', '0.95'],
      ['loss', '-', '0.1'],
      ['breaks clients: serving_default: output "y" is gone'],
      ['changed', 'weights.bin', '8 B -> 8 B'],
      ['Square', '0 -> 1'],
      ['Card of 2.0.0:'],
      ['tags', 'retrained'],
    ]),
  );
});

test('two versions of one content are called the same model', async () => {
  const found = await diff('1.0.0', '1.0.1');
  expect(diffJson(found)).toMatchObject({
    sameContent: true,
    signatures: [],
    files: { different: [] },
    operations: [],
  });
  expect(diffLines('half', found)).toEqual(
    expect.arrayContaining(['Both have the same content: they are the same model.', 'Files: no difference']),
  );
});

test('a file that is missing leaves what the manifests say', async () => {
  const json = second.uploaded.find(({ path }) => path === 'model.json');
  await store.delete([blobKey(json?.sha256 ?? '')]);
  expect(diffJson(await diff('1.0.0', '2.0.0'))).toMatchObject({
    other: { parameters: null, weightBytes: 8 },
    operations: null,
  });
});

test('a name that means no version is refused with those that exist', async () => {
  const reason = async (model: string, name: string) => findVersion({ store, place }, model, name);
  expect(await reason('half', '2.0.1')).toEqual({
    kind: 'unknown',
    reason: expect.stringMatching(
      /^half in local state .* has no version 2\.0\.1; there are 2\.0\.0, 1\.0\.1, 1\.0\.0$/,
    ),
  });
  expect(await reason('haf', 'current')).toEqual({
    kind: 'unknown',
    reason: expect.stringMatching(/^the model haf does not exist in local state .*; there is half$/),
  });
});
