import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CopyRequest, ModelCopy } from '../../../scripts/copy/copy_model.ts';
import { newChangeRecord } from '../../../scripts/pointer/change_record.ts';
import { generateSigningKey, readSigner } from '../../../scripts/publish/signing_key.ts';
import { requirePointer, updatePointer } from '../../../worker/registry/pointer/pointer_store.ts';
import { labelTransition } from '../../../worker/registry/pointer/pointer_transitions.ts';
import { pruneModel } from '../../../worker/registry/prune/pruning.ts';
import { blobKey, manifestKey } from '../../../worker/registry/storage/storage_keys.ts';
import { checkManifestSignature } from '../../../worker/registry/version/manifest_signature.ts';
import { writeGraphModel } from '../../fixtures/commands/model_directories.ts';
import { publish, wait } from '../../fixtures/commands/publishing.ts';
import { snapshot } from '../../fixtures/commands/temporary_registry.ts';
import { hookedObjectStore } from '../../fixtures/worker/hooked_object_store.ts';
import { contentsOf, copy, destination, folder, publishVersions, put, source, textOf } from './copying.ts';

const outcomes = (copied: ModelCopy): unknown =>
  copied.kind === 'done' ? copied.versions.map(({ version, kind }) => [version, kind]) : copied.reason;

describe('copy', () => {
  test('writes files, then manifests as they are, moves no pointer, and writes nothing the second time', async () => {
    await publishVersions('all', '1.0.0', '1.1.0');
    expect(outcomes(await copy('all'))).toEqual([
      ['1.0.0', 'copied'],
      ['1.1.0', 'copied'],
    ]);
    expect(await contentsOf(destination, 'all', '1.0.0', '1.1.0')).toEqual(
      await contentsOf(source, 'all', '1.0.0', '1.1.0'),
    );
    expect(await requirePointer(destination, 'all')).toBeUndefined();
    const before = await snapshot(destination);
    const again = await copy('all');
    expect(again).toMatchObject({
      versions: [
        { kind: 'present', uploaded: [], otherManifest: false },
        { kind: 'present', uploaded: [], otherManifest: false },
      ],
    });
    expect(await snapshot(destination)).toEqual(before);
  });

  test('only says what it would do in a dry run', async () => {
    await publishVersions('dry', '1.0.0');
    const before = await snapshot(destination);
    const said = await copy('dry', { dryRun: true, flip: true });
    expect(said).toMatchObject({
      versions: [
        { kind: 'copied', uploaded: [{ path: 'weights.bin', bytes: 8 }], present: [{ path: 'model.json' }] },
      ],
      pointer: { changes: [] },
    });
    expect(await snapshot(destination)).toEqual(before);
  });

  test('keeps a signature valid, also of members that this tool does not know', async () => {
    const signer = await readSigner(undefined, { MANIFEST_SIGNING_KEY: generateSigningKey().privatePem });
    if (signer === undefined) throw new Error('the key was not read');
    await publish(source, await writeGraphModel(join(folder, 'signed')), 'signed', { signer });
    const key = manifestKey('signed', '1.0.0');
    const { signature: _, ...manifest } = JSON.parse(await textOf(source, key));
    const newer = { ...manifest, ofANewerTool: { a: [1] } };
    await put(source, key, JSON.stringify({ signature: await signer.sign(newer), ...newer }));
    await copy('signed');
    const text = await textOf(destination, key);
    expect(text).toBe(await textOf(source, key));
    expect(await checkManifestSignature(text, [signer.publicKey])).toEqual({ kind: 'valid' });
  });

  test('chooses versions by number, role and label, and all that are in use', async () => {
    await publishVersions('chosen', '1.0.0', '1.1.0', '1.2.0', '1.3.0');
    await updatePointer(source, 'chosen', labelTransition('stable', '1.0.0', newChangeRecord({})), { wait });
    const chosen = async (request: Partial<CopyRequest>) =>
      outcomes(await copy('chosen', { dryRun: true, ...request }));
    expect(await chosen({ names: ['previous', 'stable'] })).toEqual([
      ['1.0.0', 'copied'],
      ['1.2.0', 'copied'],
    ]);
    expect(await chosen({ names: ['1.3.0', 'current'] })).toEqual([['1.3.0', 'copied']]);
    expect(await chosen({ inUse: true })).toEqual([
      ['1.0.0', 'copied'],
      ['1.2.0', 'copied'],
      ['1.3.0', 'copied'],
    ]);
    expect(await chosen({ names: ['1.3.1'] })).toBe(
      'chosen has no version 1.3.1; there are 1.3.0, 1.2.0, 1.1.0, 1.0.0',
    );
    expect(await chosen({ names: ['stabel'] })).toBe('chosen has no label stabel; there is stable');
  });

  test('makes current and labels what the source does if that is asked for, and only once', async () => {
    await publishVersions('moved', '1.0.0', '1.1.0', '1.2.0');
    await updatePointer(source, 'moved', labelTransition('stable', '1.0.0', newChangeRecord({})), { wait });
    const request = { inUse: true, flip: true, labels: true };
    await copy('moved', request);
    expect(await requirePointer(destination, 'moved')).toMatchObject({
      generation: 3,
      current: '1.2.0',
      previous: '1.1.0',
      labels: { stable: '1.0.0' },
      history: [
        { action: 'label', to: '1.0.0', by: 'test' },
        { action: 'publish', from: '1.1.0', to: '1.2.0' },
        { action: 'publish', from: null, to: '1.1.0' },
      ],
    });
    expect(await copy('moved', request)).toMatchObject({ pointer: { kind: 'made', changes: [] } });
    expect(await copy('moved', { names: ['1.0.0'], flip: true })).toMatchObject({
      pointer: { kind: 'refused', reason: expect.stringContaining('1.2.0 was not copied') },
    });
  });

  test.each<[string, (model: string) => Promise<unknown>, RegExp]>([
    [
      'published there with other content',
      async (model) =>
        publish(destination, await writeGraphModel(join(folder, `${model}_other`, '1.0.0')), model),
      /with other content/,
    ],
    [
      'pruned there',
      async (model) => {
        await copy(model);
        await publish(destination, await writeGraphModel(join(folder, `${model}_other`, '2.0.0')), model);
        await publish(destination, await writeGraphModel(join(folder, `${model}_other`, '3.0.0')), model);
        await pruneModel(destination, model, { keep: 0, dryRun: false, record: newChangeRecord({}), wait });
      },
      /was pruned at the destination/,
    ],
    ['malformed', (model) => put(source, manifestKey(model, '1.0.0'), '{}'), /manifest is malformed/],
  ])('refuses a version that is %s, and changes nothing', async (name, spoil, reason) => {
    const model = name.replaceAll(' ', '_');
    await publishVersions(model, '1.0.0');
    await spoil(model);
    const before = await snapshot(destination);
    expect(await copy(model)).toMatchObject({
      versions: [{ kind: 'refused', reason: expect.stringMatching(reason) }],
    });
    expect(await snapshot(destination)).toEqual(before);
    await source.delete([manifestKey(model, '1.0.0')]);
  });

  test('never writes a file that does not have its digest', async () => {
    const { uploaded } = await publish(source, await writeGraphModel(join(folder, 'damaged')), 'damaged');
    const weights = uploaded.find(({ path }) => path === 'weights.bin');
    if (weights === undefined) throw new Error('the weights were there already');
    await put(source, blobKey(weights.sha256), 'x'.repeat(weights.bytes));
    expect(await copy('damaged')).toMatchObject({
      versions: [
        { kind: 'refused', reason: 'its file weights.bin differs from the published one at the source' },
      ],
    });
    const keys = Object.keys(await snapshot(destination));
    expect(keys.filter((key) => key.includes('damaged') || key === blobKey(weights.sha256))).toEqual([]);
  });

  test.each([['with'], ['without']])(
    'does not flip over a version that became current there meanwhile, in a registry %s a current version',
    async (there) => {
      const model = `overtaken_${there}`;
      await publishVersions(model, '1.0.0', '1.1.0');
      const other = async (version: string) =>
        publish(destination, await writeGraphModel(join(folder, `${model}_other`, version)), model);
      if (there === 'with') await other('0.9.0');
      let overtaken: Promise<unknown> | undefined;
      const busy = hookedObjectStore(destination, {
        after: async (operation, key) => {
          if (operation !== 'put' || key !== manifestKey(model, '1.1.0') || overtaken !== undefined) return;
          overtaken = other('2.0.0');
          await overtaken;
        },
      });
      expect(await copy(model, { flip: true }, busy)).toMatchObject({
        pointer: { kind: 'refused', reason: '2.0.0 has become current meanwhile' },
      });
      expect(await requirePointer(destination, model)).toMatchObject({ current: '2.0.0' });
      // Who asks again has seen it.
      await copy(model, { flip: true });
      expect(await requirePointer(destination, model)).toMatchObject({ current: '1.1.0' });
    },
  );

  test('is not disturbed by a prune at the same time', async () => {
    await publishVersions('raced', '1.0.0');
    const other = await writeGraphModel(join(folder, 'unrelated'));
    await publish(destination, other, 'unrelated');
    let pruned: unknown;
    const racing = hookedObjectStore(destination, {
      // All files are written, and no manifest names them yet.
      before: async (operation, key) => {
        if (operation !== 'put' || !key.endsWith('manifest.json')) return;
        pruned = await pruneModel(destination, 'unrelated', {
          keep: 1,
          dryRun: false,
          record: newChangeRecord({}),
          wait,
        });
      },
    });
    await copy('raced', {}, racing);
    expect(pruned).toMatchObject({ kind: 'pruned', blobs: [] });
    expect(await contentsOf(destination, 'raced', '1.0.0')).toEqual(
      await contentsOf(source, 'raced', '1.0.0'),
    );
  });
});
