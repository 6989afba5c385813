import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { checkRegistry } from '../../../scripts/check/check_registry.ts';
import { checkLines, isBroken } from '../../../scripts/check/check_report.ts';
import { copyVersion } from '../../../scripts/copy/copy_version.ts';
import { newChangeRecord } from '../../../scripts/pointer/change_record.ts';
import type { Rehearse } from '../../../scripts/rehearsal/rehearse.ts';
import type { PlanProof } from '../../../worker/model/plan_proof.ts';
import { pruneModel } from '../../../worker/registry/prune/pruning.ts';
import type { ObjectStore } from '../../../worker/registry/storage/object_store.ts';
import { blobKey, manifestKey } from '../../../worker/registry/storage/storage_keys.ts';
import { blobsOf } from '../../../worker/registry/version/version_blobs.ts';
import { readManifest } from '../../../worker/registry/version/version_store.ts';
import { writeGraphModel } from '../../fixtures/commands/model_directories.ts';
import { publish, wait } from '../../fixtures/commands/publishing.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { snapshot, temporaryRegistry } from '../../fixtures/commands/temporary_registry.ts';
import { sha256 } from '../../fixtures/models/sha256.ts';

const folder = await temporaryFolder();
const { store } = await temporaryRegistry();
const { store: other } = await temporaryRegistry();

const tensor: PlanProof['inputs'][number] = { name: 'x', dtype: 'float32', shape: [1] };

/** A rehearsal that has prepared a plan of these bytes. */
async function preparing(plan: Uint8Array): Promise<Rehearse> {
  const digest = await sha256(plan);
  const shape: PlanProof = {
    ...{
      probe: 0,
      inputs: [tensor],
      outputs: [{ name: 'y', dtype: 'float32', shape: [1], values: 'AAAAAA==' }],
    },
    ...{ mayCopy: true, mayReorder: true, plan: { sha256: digest, bytes: plan.length } },
  };
  return async () => ({
    kind: 'done',
    rehearsal: {
      ...{ kind: 'rehearsed', at: '2026-12-01T12:00:00.000Z', worker: 'test' },
      figures: { loadMs: 1, firstMs: null, medianMs: null, heapBytes: 1, emptyHeapBytes: 0 },
      golden: { examples: 0, largestDifference: null },
      proofs: { runtime: 'ab'.repeat(32), shapes: [shape] },
    },
    plans: new Map([[digest, plan]]),
    ...{ current: undefined, notes: [] },
  });
}

async function publishWithPlan(version: string, plan: string): Promise<string> {
  const bytes = new TextEncoder().encode(plan);
  await publish(store, await writeGraphModel(join(folder, version)), 'planned', {}, await preparing(bytes));
  return blobKey(await sha256(bytes));
}

const has = async (from: ObjectStore, key: string): Promise<boolean> =>
  (await from.head(key)).kind === 'found';

const check = () =>
  checkRegistry(store, {
    ...{ fast: false, publicKeys: [], replica: undefined, now: new Date(), onProgress: () => {} },
  });

const copy = (version: string, dryRun = false) =>
  copyVersion(store, other, { model: 'planned', version }, { id: 'copy', dryRun, wait });

afterEach(async () => {
  for (const each of [store, other]) await each.delete(Object.keys(await snapshot(each)));
});

test('a publish writes a prepared plan, and its manifest names it', async () => {
  const key = await publishWithPlan('1.0.0', 'a plan');
  expect(await has(store, key)).toBe(true);
  const read = await readManifest(store, 'planned', '1.0.0');
  expect(read).toMatchObject({
    manifest: { rehearsal: { proofs: { shapes: [{ plan: { bytes: 6 } }] } } },
  });
  expect(read.kind === 'found' && blobsOf(read.manifest).map(({ path }) => path)).toEqual([
    'model.json',
    'weights.bin',
    'prepared plan 1',
  ]);
});

test('a prune keeps the plans of versions that stay, and deletes those of others', async () => {
  const first = await publishWithPlan('1.0.0', 'first');
  const second = await publishWithPlan('1.1.0', 'second');
  const third = await publishWithPlan('1.2.0', 'third');
  const record = newChangeRecord({ by: 'test' });
  await pruneModel(store, 'planned', { keep: 1, dryRun: false, record, wait });
  // The pointer names the previous version, too.
  expect([await has(store, first), await has(store, second), await has(store, third)]).toEqual([
    false,
    true,
    true,
  ]);
});

test('a check reports a plan that is missing or damaged, which breaks nothing', async () => {
  const key = await publishWithPlan('1.0.0', 'a plan');
  expect((await check()).findings).toEqual([]);
  await store.put(key, new TextEncoder().encode('a plaN'), { condition: { kind: 'always' } });
  expect((await check()).findings).toMatchObject([
    { kind: 'plan-damaged', key, what: 'prepared plan 1 does not have its digest' },
  ]);
  await store.delete([key]);
  const result = await check();
  expect(result.findings).toMatchObject([{ kind: 'plan-damaged', what: 'prepared plan 1 is missing' }]);
  expect(isBroken(result)).toBe(false);
  const where = { place: { kind: 'local', directory: folder }, bucket: 'b' } as const;
  const text = checkLines(result, where, false).join('\n');
  expect(text).toContain('first answers take longer');
  expect(text).toContain('publish the same model under another version');
  // What the report says to do.
  await publishWithPlan('1.1.0', 'a plan');
  expect((await check()).findings).toEqual([]);
});

test('a copy has the plan, and does without one that is damaged', async () => {
  const key = await publishWithPlan('1.0.0', 'a plan');
  expect(await copy('1.0.0', true)).toMatchObject({
    uploaded: [{ path: 'model.json' }, { path: 'weights.bin' }, { path: 'prepared plan 1', bytes: 6 }],
  });
  expect(await copy('1.0.0')).toMatchObject({ kind: 'copied', uploaded: { length: 3 } });
  expect(await has(other, key)).toBe(true);
  const damaged = await publishWithPlan('1.1.0', 'damaged');
  await store.put(damaged, new Uint8Array(7), { condition: { kind: 'always' } });
  expect(await copy('1.1.0')).toMatchObject({ kind: 'copied', version: '1.1.0' });
  expect(await has(other, damaged)).toBe(false);
  await store.delete([damaged]);
  expect(await copy('1.1.0')).toMatchObject({ kind: 'present' });
});

test('a copy does not do without a file of the model that is also named as a plan', async () => {
  await publishWithPlan('1.0.0', 'a plan');
  const read = await readManifest(store, 'planned', '1.0.0');
  if (read.kind !== 'found' || read.manifest.rehearsal?.kind !== 'rehearsed') throw new Error(read.kind);
  const { manifest } = read;
  const [file] = manifest.content.blobs.slice(-1);
  const { rehearsal } = read.manifest;
  const [shape] = rehearsal.proofs?.shapes ?? [];
  if (file === undefined || shape === undefined) throw new Error('a file or a proof is missing');
  const { sha256: digest, bytes } = file;
  const forged = {
    ...manifest,
    rehearsal: {
      ...rehearsal,
      proofs: { ...rehearsal.proofs, shapes: [{ ...shape, plan: { sha256: digest, bytes } }] },
    },
  };
  const always = { condition: { kind: 'always' } } as const;
  const key = manifestKey('planned', '1.0.0');
  await store.put(key, new TextEncoder().encode(JSON.stringify(forged)), always);
  await store.put(blobKey(digest), new Uint8Array(bytes), always);
  expect(await copy('1.0.0')).toMatchObject({ kind: 'refused' });
});
