import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newChangeRecord } from '../../../scripts/pointer/change_record.ts';
import { publishJson, publishLines } from '../../../scripts/publish/publish_report.ts';
import { modelStatus } from '../../../scripts/status/model_status.ts';
import { HISTORY_LENGTH } from '../../../worker/registry/pointer/pointer.ts';
import { updatePointer } from '../../../worker/registry/pointer/pointer_store.ts';
import { labelTransition } from '../../../worker/registry/pointer/pointer_transitions.ts';
import { pruneModel } from '../../../worker/registry/prune/pruning.ts';
import { hasBlob } from '../../../worker/registry/version/blob_store.ts';
import { GRAPH_MODEL, writeGraphModel } from '../../fixtures/commands/model_directories.ts';
import { publish, rollBack, tryPublish, wait } from '../../fixtures/commands/publishing.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { snapshot, temporaryRegistry } from '../../fixtures/commands/temporary_registry.ts';
import { hookedObjectStore } from '../../fixtures/worker/hooked_object_store.ts';

const folder = await temporaryFolder();
const { store, place } = await temporaryRegistry();

describe('the version', () => {
  test('is the next after the highest, the first one being 1.0.0', async () => {
    const model = 'next';
    expect((await publish(store, await writeGraphModel(join(folder, model, 'a')), model)).version).toBe(
      '1.0.0',
    );
    expect((await publish(store, await writeGraphModel(join(folder, model, 'b')), model)).version).toBe(
      '1.0.1',
    );
    const c = await writeGraphModel(join(folder, model, 'c'));
    expect((await publish(store, c, model, { bump: 'minor' })).version).toBe('1.1.0');
    const named = await writeGraphModel(join(folder, model, '7.0.0'));
    expect((await publish(store, named, model)).version).toBe('7.0.0');
    const bumped = await writeGraphModel(join(folder, model, '2.0.0'));
    expect((await publish(store, bumped, model, { bump: 'major' })).version).toBe('8.0.0');
  });

  test('is an integer, as in TensorFlow Serving, if the directory has such a name', async () => {
    const directory = await writeGraphModel(join(folder, 'integer', '00000123'));
    expect((await publish(store, join(directory, 'model.json'), 'integer')).version).toBe('123');
  });

  test('is the one that already has the content, whatever bump is requested', async () => {
    const model = 'same';
    const directory = await writeGraphModel(join(folder, model, 'a'));
    const { pointer } = await publish(store, directory, model);
    const before = await snapshot(store);
    const again = await publish(store, directory, model, { bump: 'major' });
    expect(again).toMatchObject({
      version: '1.0.0',
      manifest: 'same',
      uploaded: [],
      change: undefined,
      pointer,
    });
    expect(await snapshot(store)).toEqual(before);
    const report = { model, place, flip: true, label: undefined, outcome: again };
    expect(publishLines(report).join('\n')).toMatch(
      /already exists in .* with this content[\s\S]*nothing to do/,
    );
    expect(publishJson(report)).toMatchObject({
      change: null,
      current: '1.0.0',
      generation: 1,
      uploadedBytes: 0,
    });
  });

  test('that has other content is refused, and nothing changes', async () => {
    const model = 'taken';
    await publish(store, await writeGraphModel(join(folder, model, 'a')), model);
    const other = await writeGraphModel(join(folder, model, 'b'));
    const before = await snapshot(store);
    expect(await tryPublish(store, other, model, { version: '1.0.0' })).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(
        /1\.0\.0 is published with other content.*--model-version 1\.0\.1 or --bump patch/,
      ),
    });
    expect(await snapshot(store)).toEqual(before);
  });

  test('that was pruned is refused before anything is uploaded, and never chosen again', async () => {
    const model = 'pruned';
    const first = await writeGraphModel(join(folder, model, 'a'));
    await publish(store, first, model);
    await publish(store, await writeGraphModel(join(folder, model, 'b')), model, {
      version: '9.0.0',
      flip: false,
    });
    await pruneModel(store, model, { keep: 0, dryRun: false, record: newChangeRecord({}), wait });
    const directory = await writeGraphModel(join(folder, model, 'c'));
    const before = await snapshot(store);
    expect(await tryPublish(store, directory, model, { version: '9.0.0' })).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('9.0.0 was pruned'),
    });
    expect(await snapshot(store)).toEqual(before);
    expect((await publish(store, directory, model)).version).toBe('9.0.1');
  });
});

describe('the flip', () => {
  test('makes the new version current, uploads what is missing and says how to go back', async () => {
    const model = 'flip';
    await publish(store, await writeGraphModel(join(folder, model, 'a')), model);
    const outcome = await publish(store, await writeGraphModel(join(folder, model, 'b')), model);
    expect(outcome.uploaded.map(({ path }) => path)).toEqual(['weights.bin']);
    expect(outcome.present.map(({ path }) => path)).toEqual(['model.json']);
    expect(outcome.pointer).toMatchObject({ generation: 2, current: '1.0.1', previous: '1.0.0' });
    const text = publishLines({ model, place, flip: true, label: undefined, outcome }).join('\n');
    expect(text).toContain('Uploaded 1 file (8 B); there already 1 file (');
    expect(text).toContain('flip: 1.0.0 -> 1.0.1 (generation 2)');
    expect(text).toContain('edge-serving rollback flip');
    expect(text).toContain('local state');
  });

  test('does not undo a rollback, and names the command that does', async () => {
    const model = 'rolled_back';
    await publish(store, await writeGraphModel(join(folder, model, 'a')), model);
    const second = await writeGraphModel(join(folder, model, 'b'));
    await publish(store, second, model);
    await rollBack(store, model);
    const outcome = await publish(store, second, model, { version: '1.0.1' });
    expect(outcome).toMatchObject({ change: undefined, pointer: { current: '1.0.0', generation: 3 } });
    expect(publishLines({ model, place, flip: true, label: undefined, outcome }).join('\n')).toContain(
      'edge-serving rollback rolled_back 1.0.1',
    );
  });

  test('names promote for what is published without a flip and was never current', async () => {
    const model = 'waiting';
    await publish(store, await writeGraphModel(join(folder, model, 'a')), model);
    const outcome = await publish(store, await writeGraphModel(join(folder, model, 'b')), model, {
      flip: false,
    });
    expect(publishLines({ model, place, flip: false, label: undefined, outcome }).join('\n')).toMatch(
      /1\.0\.0 stays current\. To flip to it: .*edge-serving promote waiting 1\.0\.1/,
    );
  });

  test('is completed by a second publish for a higher version that was never current', async () => {
    const model = 'higher';
    await publish(store, await writeGraphModel(join(folder, model, 'a')), model);
    const second = await writeGraphModel(join(folder, model, 'b'));
    await publish(store, second, model, { flip: false });
    const outcome = await publish(store, second, model);
    expect(outcome).toMatchObject({
      manifest: 'same',
      change: { action: 'publish', from: '1.0.0', to: '1.0.1' },
    });
  });

  test('is completed by a second publish for a lower version that was never current', async () => {
    const model = 'lower';
    await publish(store, await writeGraphModel(join(folder, model, '2.0.0')), model);
    const lower = await writeGraphModel(join(folder, model, '1.0.0'));
    await publish(store, lower, model, { flip: false });
    const outcome = await publish(store, lower, model);
    expect(outcome).toMatchObject({
      manifest: 'same',
      change: { action: 'publish', from: '2.0.0', to: '1.0.0' },
    });
  });

  test('is refused for a version older than the history, which may have been current', async () => {
    const model = 'forgotten';
    const first = await writeGraphModel(join(folder, model, '1.0.0'));
    const published = newChangeRecord({ by: 'test' });
    await publish(store, first, model, { record: { ...published, at: '2020-01-01T00:00:00.000Z' } });
    await publish(store, await writeGraphModel(join(folder, model, '1.1.0')), model);
    await publish(store, await writeGraphModel(join(folder, model, '1.2.0')), model);
    for (let change = 0; change < HISTORY_LENGTH; change++) {
      const version = change % 2 === 0 ? '1.1.0' : '1.2.0';
      await updatePointer(store, model, labelTransition('stable', version, newChangeRecord({})), { wait });
    }
    const outcome = await publish(store, first, model);
    expect(outcome).toMatchObject({ change: undefined, pointer: { current: '1.2.0' } });
    expect(publishLines({ model, place, flip: true, label: undefined, outcome }).join('\n')).toMatch(
      /older than the history.*\n.*edge-serving rollback forgotten 1\.0\.0/,
    );
  });

  test('is omitted on request, even for the first version of a model', async () => {
    const model = 'no_flip';
    const directory = await writeGraphModel(join(folder, model, 'a'));
    const outcome = await publish(store, directory, model, { flip: false });
    expect(outcome).toMatchObject({ manifest: 'written', change: undefined, pointer: undefined });
    expect(await modelStatus(store, model)).toMatchObject({
      pointer: null,
      versions: [{ version: '1.0.0' }],
    });
    const refused = await tryPublish(store, directory, model, { flip: false, label: 'canary' });
    expect(refused).toMatchObject({ kind: 'refused', reason: expect.stringContaining('no current version') });
  });
});

describe('a label', () => {
  test('moves together with the flip, or alone', async () => {
    const model = 'labels';
    await publish(store, await writeGraphModel(join(folder, model, 'a')), model, { label: 'stable' });
    const second = await writeGraphModel(join(folder, model, 'b'));
    const alone = await publish(store, second, model, { label: 'canary', flip: false });
    expect(alone.pointer).toMatchObject({
      current: '1.0.0',
      labels: { stable: '1.0.0', canary: '1.0.1' },
      history: [{ action: 'label', label: 'canary', to: '1.0.1' }, { action: 'publish' }],
    });
    expect(publishLines({ model, place, flip: false, label: 'canary', outcome: alone }).join('\n')).toMatch(
      /label canary: nothing -> 1\.0\.1 \(generation 2\)\n.*\n1\.0\.0 stays current/,
    );
    const both = await publish(store, second, model, { label: 'stable' });
    expect(both.pointer).toMatchObject({ current: '1.0.1', labels: { stable: '1.0.1', canary: '1.0.1' } });
  });
});

test('a file that changes between its digest and its upload is not published', async () => {
  const directory = await writeGraphModel(join(folder, 'changing', 'a'));
  const changing = hookedObjectStore(store, {
    before: (operation) =>
      operation === 'head' ? writeFile(join(directory, 'weights.bin'), 'changed') : undefined,
  });
  await expect(tryPublish(changing, directory, 'changing')).rejects.toThrow(/weights\.bin changed while/);
  expect(await modelStatus(store, 'changing')).toBeUndefined();
});

test('a blob that got lost is uploaded again by publishing again', async () => {
  const model = 'healed';
  const directory = await writeGraphModel(join(folder, model, 'a'));
  const { uploaded } = await publish(store, directory, model);
  const lost = uploaded.find(({ path }) => path === 'weights.bin');
  if (lost === undefined) throw new Error('the weights were there already');
  await store.delete([`blobs/sha256/${lost.sha256}`]);
  expect((await publish(store, directory, model)).uploaded).toEqual([lost]);
  expect(await hasBlob(store, lost.sha256, lost.bytes)).toBe(true);
});

test('a directory that is not a model is refused', async () => {
  const directory = await writeGraphModel(join(folder, 'broken', 'a'), {
    'model.json': { ...GRAPH_MODEL, weightsManifest: [] },
  });
  expect(await tryPublish(store, directory, 'broken')).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('"a" is not among the weights'),
  });
});
