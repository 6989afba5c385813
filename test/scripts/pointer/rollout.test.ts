import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatAge } from '../../../scripts/cli/format.ts';
import { newChangeRecord } from '../../../scripts/pointer/change_record.ts';
import { describeMove } from '../../../scripts/pointer/pointer_report.ts';
import { publishLines } from '../../../scripts/publish/publish_report.ts';
import { modelStatus } from '../../../scripts/status/model_status.ts';
import { modelLines } from '../../../scripts/status/status_report.ts';
import { changePointerIn } from '../../../worker/registry/pointer/change/change_pointer.ts';
import { POINTER_CHANGES } from '../../../worker/registry/pointer/change/table.ts';
import { listVersions } from '../../../worker/registry/version/version_store.ts';
import { writeGraphModel } from '../../fixtures/commands/model_directories.ts';
import { publish, rollBack, tryPublish, wait } from '../../fixtures/commands/publishing.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { temporaryRegistry } from '../../fixtures/commands/temporary_registry.ts';

const folder = await temporaryFolder();
const { store } = await temporaryRegistry();
const place = { kind: 'local', directory: folder } as const;

const directory = (model: string, version: string): Promise<string> =>
  writeGraphModel(join(folder, model, version));
const changePointer = changePointerIn(store, { wait, lease: { ms: 0, clockSkewMs: 0 } });
const promote = (model: string, version?: string) =>
  changePointer(model, POINTER_CHANGES.promote.of({ version }), newChangeRecord({ by: 'test' }));

describe('publish --stage', () => {
  test('uploads, leaves current as it is, and says how to flip', async () => {
    const model = 'staged';
    await publish(store, await directory(model, '1.0.0'), model);
    const outcome = await publish(store, await directory(model, '1.1.0'), model, { stage: true });
    expect(outcome).toMatchObject({
      version: '1.1.0',
      manifest: 'written',
      change: { action: 'stage', from: null, to: '1.1.0' },
      pointer: { current: '1.0.0', next: { version: '1.1.0' } },
    });
    const report = { model, place, flip: true, stage: true, label: undefined };
    expect(publishLines({ ...report, outcome }).join('\n')).toMatch(
      /staged: 1\.1\.0 staged \(generation 2\)\n.*\nFlip to it with: .*edge-serving promote staged --persist-to /,
    );
    const again = await publish(store, join(folder, model, '1.1.0'), model, { stage: true });
    expect(again).toMatchObject({ manifest: 'same', change: undefined });
    expect(publishLines({ ...report, outcome: again }).join('\n')).toContain('It is staged already.');
  });

  test('of the first version is refused before anything is uploaded', async () => {
    const outcome = await tryPublish(store, await directory('first', '1.0.0'), 'first', { stage: true });
    expect(outcome).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(/first has no current version yet.*publish it without --stage/),
    });
    expect(await listVersions(store, 'first')).toEqual([]);
  });
});

describe('promote', () => {
  test('flips to what is staged, once, and is undone by a rollback', async () => {
    const model = 'promoted';
    await publish(store, await directory(model, '1.0.0'), model);
    await publish(store, await directory(model, '1.1.0'), model, { stage: true });
    expect(await promote(model)).toMatchObject({ kind: 'changed', pointer: { current: '1.1.0' } });
    expect(await promote(model)).toMatchObject({ kind: 'unchanged' });
    expect(await rollBack(store, model)).toMatchObject({ pointer: { current: '1.0.0' } });
    expect(await promote(model)).toMatchObject({ kind: 'refused' });
    expect(await promote(model, '1.1.0')).toMatchObject({ kind: 'changed', change: { action: 'promote' } });
  });

  test('by two people at once is done once', async () => {
    const model = 'promoted_at_once';
    await publish(store, await directory(model, '1.0.0'), model);
    await publish(store, await directory(model, '1.1.0'), model, { stage: true });
    const updates = await Promise.all([promote(model), promote(model)]);
    expect(updates.map(({ kind }) => kind).sort()).toEqual(['changed', 'unchanged']);
  });

  test('to a version that is not published is refused', async () => {
    await publish(store, await directory('once', '1.0.0'), 'once');
    expect(await promote('nothing')).toMatchObject({ reason: 'nothing has no current version yet' });
    expect(await promote('once', '9.0.0')).toMatchObject({ reason: 'once 9.0.0 is not published' });
  });

  test('marks a version as once current, so publishing it again after a rollback changes nothing', async () => {
    const model = 'republished';
    await publish(store, await directory(model, '1.0.0'), model);
    await publish(store, await directory(model, '1.1.0'), model, { stage: true });
    await promote(model);
    await rollBack(store, model);
    // A pipeline that runs again must not undo the rollback.
    const again = await publish(store, join(folder, model, '1.1.0'), model);
    expect(again).toMatchObject({ change: undefined, pointer: { current: '1.0.0' } });
  });
});

test('status tells what is staged and what is on trial', async () => {
  const model = 'shown';
  for (const version of ['1.0.0', '1.1.0', '1.2.0']) {
    await publish(store, await directory(model, version), model, { flip: version === '1.0.0' });
  }
  const stage = POINTER_CHANGES.stage.of({ version: '1.1.0' });
  await changePointer(model, stage, newChangeRecord({ by: 'test' }));
  const canary = POINTER_CHANGES.canary.of({ version: '1.2.0', percent: 2.5 });
  await changePointer(model, canary, newChangeRecord({ by: 'test' }));
  const status = await modelStatus(store, model);
  const text = status === undefined ? '' : modelLines(status, { whole: true }).join('\n');
  expect(text).toMatch(/1\.2\.0 +canary at 2\.5 %/);
  expect(text).toMatch(/1\.1\.0 +staged \d+ s ago/);
  expect(text).toMatch(/3 .* canary +canary 1\.2\.0 at 2\.5 %/);
});

test('the canary or shadow that a flip ended is reported, unless it became current', () => {
  const change = {
    generation: 5,
    id: 'x',
    action: 'rollback',
    from: '2',
    to: '1',
    at: '2026-11-22T12:00:00Z',
    by: 'test',
  };
  expect(describeMove({ ...change, ended: { canary: '3', shadow: '4' } })).toBe(
    '2 -> 1, canary 3 ended, shadow 4 ended',
  );
  expect(describeMove({ ...change, action: 'promote', to: '3', ended: { canary: '3' } })).toBe('2 -> 3');
});

test.each([
  [-5, '0 s ago'],
  [12_345, '12 s ago'],
  [600_000, '10 min ago'],
  [10_800_000, '3 h ago'],
  [864_000_000, '10 days ago'],
])('%d milliseconds are %s', (milliseconds, text) => {
  expect(formatAge(milliseconds)).toBe(text);
});
