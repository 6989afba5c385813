import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newChangeRecord } from '../../../scripts/pointer/change_record.ts';
import { allModelStatuses, modelStatus } from '../../../scripts/status/model_status.ts';
import { modelLines } from '../../../scripts/status/status_report.ts';
import { type PruneResult, pruneModel } from '../../../worker/registry/prune/pruning.ts';
import { manifestKey, pointerKey } from '../../../worker/registry/storage/storage_keys.ts';
import { hasBlob } from '../../../worker/registry/version/blob_store.ts';
import { writeGraphModel } from '../../fixtures/commands/model_directories.ts';
import { publish, rollBack, wait } from '../../fixtures/commands/publishing.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { snapshot, temporaryRegistry } from '../../fixtures/commands/temporary_registry.ts';

const folder = await temporaryFolder();
const { store } = await temporaryRegistry();

const write = (text: string, key: string): Promise<unknown> =>
  store.put(key, new TextEncoder().encode(text), { condition: { kind: 'always' } });

function prune(model: string, keep: number, dryRun = false): Promise<PruneResult> {
  return pruneModel(store, model, { keep, dryRun, record: newChangeRecord({}), wait });
}

async function publishVersions(model: string, versions: readonly string[]): Promise<void> {
  for (const version of versions) {
    await publish(store, await writeGraphModel(join(folder, model, version)), model);
  }
}

describe('rollback', () => {
  test('goes back, forth, and to any version that is published', async () => {
    const model = 'back';
    await publishVersions(model, ['1.0.0', '1.1.0', '1.2.0']);
    expect(await rollBack(store, model)).toMatchObject({ pointer: { current: '1.1.0', previous: '1.2.0' } });
    // Twice is as once: it does not return to the version that it fled from.
    expect(await rollBack(store, model)).toMatchObject({ kind: 'unchanged' });
    expect(await rollBack(store, model, '1.2.0')).toMatchObject({ pointer: { current: '1.2.0' } });
    expect(await rollBack(store, model, '1.0.0')).toMatchObject({
      kind: 'changed',
      change: { action: 'rollback', from: '1.2.0', to: '1.0.0', generation: 6 },
    });
    expect(await rollBack(store, model, '1.0.0')).toMatchObject({ kind: 'unchanged' });
  });

  test('to a version that does not exist is refused', async () => {
    const refusal = (reason: RegExp) => ({ kind: 'refused', reason: expect.stringMatching(reason) });
    expect(await rollBack(store, 'nothing')).toEqual(refusal(/nothing has no current version yet/));
    await publishVersions('once', ['1.0.0']);
    expect(await rollBack(store, 'once')).toEqual(refusal(/no version before 1\.0\.0/));
    expect(await rollBack(store, 'once', '3.0.0')).toEqual(refusal(/once 3\.0\.0 is not published/));
    await write('{}', manifestKey('once', '0.9.0'));
    expect(await rollBack(store, 'once', '0.9.0')).toEqual(refusal(/manifest of once 0\.9\.0 is malformed/));
    await store.delete([manifestKey('once', '0.9.0')]);
  });

  test('to a pruned version is refused', async () => {
    await publishVersions('gone', ['1.0.0']);
    await publish(store, await writeGraphModel(join(folder, 'gone', '0.9.0')), 'gone', { flip: false });
    await prune('gone', 1);
    expect(await rollBack(store, 'gone', '0.9.0')).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('0.9.0 was pruned'),
    });
  });

  test('twice at once goes back once', async () => {
    const model = 'at_once';
    await publishVersions(model, ['1.0.0', '1.1.0']);
    const updates = await Promise.all([rollBack(store, model), rollBack(store, model)]);
    expect(updates.map(({ kind }) => kind).sort()).toEqual(['changed', 'unchanged']);
    expect((await modelStatus(store, model))?.pointer?.current).toBe('1.0.0');
  });
});

describe('prune', () => {
  test('says in a dry run what it then does, and keeps what is pointed to', async () => {
    const model = 'pruned';
    await publishVersions(model, ['1.0.0', '1.1.0', '1.2.0', '1.3.0']);
    await publish(store, join(folder, model, '1.0.0'), model, { label: 'stable', flip: false });
    const before = await snapshot(store);
    const announced = await prune(model, 1, true);
    expect(await snapshot(store)).toEqual(before);
    expect(announced).toMatchObject({ versions: ['1.1.0'], kept: ['1.0.0', '1.2.0', '1.3.0'] });
    const done = await prune(model, 1);
    expect(done).toEqual(announced);
    expect(done.kind === 'pruned' && done.blobs).toHaveLength(1);
    expect((await modelStatus(store, model))?.versions.map(({ version }) => version)).toEqual([
      '1.0.0',
      '1.2.0',
      '1.3.0',
    ]);
    expect(await prune(model, 1)).toMatchObject({ versions: [], blobs: [] });
  });

  test('leaves the files that another model needs too', async () => {
    const shared = await writeGraphModel(join(folder, 'sharing', '1.0.0'));
    const { uploaded } = await publish(store, shared, 'sharing');
    await publish(store, shared, 'sharing_too');
    await publishVersions('sharing', ['1.1.0', '1.2.0']);
    expect(await prune('sharing', 0)).toMatchObject({ versions: ['1.0.0'], blobs: [] });
    for (const { sha256, bytes } of uploaded) expect(await hasBlob(store, sha256, bytes)).toBe(true);
  });

  test('of a model that does not exist is refused', async () => {
    expect(await prune('nothing', 1)).toMatchObject({ kind: 'refused' });
  });
});

describe('status', () => {
  test('tells versions, sizes, roles and history', async () => {
    const model = 'shown';
    await publishVersions(model, ['1.0.0', '1.1.0']);
    const status = await modelStatus(store, model);
    expect(status).toMatchObject({
      model,
      pointer: { generation: 2, current: '1.1.0', previous: '1.0.0' },
      versions: [
        { version: '1.0.0', format: 'tfjs-graph-model', weightBytes: 8, files: 2, publishedBy: 'test' },
        { version: '1.1.0' },
      ],
    });
    const stored = await store.get(pointerKey(model));
    expect(status?.pointer).toEqual(
      stored.kind === 'found' ? JSON.parse(await stored.object.text()) : undefined,
    );
    if (status === undefined) return;
    const text = modelLines(status, { whole: true }).join('\n');
    expect(text).toMatch(/^shown {2}generation 2\n {2}1\.1\.0 {2}current +\d/);
    expect(text).toMatch(/2 {2}\S+ \S+ {2}publish {2}1\.0\.0 -> 1\.1\.0/);
    expect(await allModelStatuses(store)).toContainEqual(status);
  });

  test('reports documents that cannot be read', async () => {
    await write('{}', pointerKey('unreadable'));
    await write('not JSON', manifestKey('unreadable', '1.0.0'));
    const status = await modelStatus(store, 'unreadable');
    expect(status).toMatchObject({ pointer: null, versions: [{ version: '1.0.0', error: 'is not JSON' }] });
    if (status !== undefined) {
      expect(modelLines(status, { whole: true }).join('\n')).toMatch(
        /the pointer is malformed: schema[\s\S]*is malformed: is not JSON/,
      );
    }
    await store.delete([pointerKey('unreadable'), manifestKey('unreadable', '1.0.0')]);
    expect(await modelStatus(store, 'unreadable')).toBeUndefined();
  });
});
