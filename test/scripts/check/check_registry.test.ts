import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type CheckOptions, checkRegistry } from '../../../scripts/check/check_registry.ts';
import { checkJson, checkLines, isBroken } from '../../../scripts/check/check_report.ts';
import { generateSigningKey, readSigner, type Signer } from '../../../scripts/publish/signing_key.ts';
import {
  blobKey,
  historyKey,
  manifestKey,
  pointerKey,
  publicationKey,
} from '../../../worker/registry/storage/storage_keys.ts';
import { readManifest } from '../../../worker/registry/version/version_store.ts';
import { writeGraphModel } from '../../fixtures/commands/model_directories.ts';
import { publish } from '../../fixtures/commands/publishing.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { snapshot, temporaryRegistry } from '../../fixtures/commands/temporary_registry.ts';

const folder = await temporaryFolder();
const { store } = await temporaryRegistry();

async function createSigner(): Promise<Signer> {
  const signer = await readSigner(undefined, { MANIFEST_SIGNING_KEY: generateSigningKey().privatePem });
  if (signer === undefined) throw new Error('the key was not read');
  return signer;
}
const [trusted, stranger] = [await createSigner(), await createSigner()];

const check = (options: Partial<CheckOptions> = {}) =>
  checkRegistry(store, {
    fast: false,
    publicKeys: [],
    replica: undefined,
    now: new Date(),
    onProgress: () => {},
    ...options,
  });

const put = (key: string, value: string | object): Promise<unknown> =>
  store.put(key, new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)), {
    condition: { kind: 'always' },
  });

async function jsonOf(key: string): Promise<Record<string, unknown>> {
  const read = await store.get(key);
  if (read.kind !== 'found') throw new Error(`${key} is ${read.kind}`);
  return JSON.parse(await read.object.text());
}

async function weightsOf(model: string, version: string): Promise<{ key: string; bytes: number }> {
  const read = await readManifest(store, model, version);
  const blob =
    read.kind === 'found'
      ? read.manifest.content.blobs.find(({ path }) => path === 'weights.bin')
      : undefined;
  if (blob === undefined) throw new Error(`${model} ${version} has no weights`);
  return { key: blobKey(blob.sha256), bytes: blob.bytes };
}

/** Publishes two versions, of which the second is current. */
async function publishTwo(model: string): Promise<void> {
  for (const version of ['1.0.0', '1.1.0']) {
    await publish(store, await writeGraphModel(join(folder, model, version)), model, { signer: trusted });
  }
}

afterEach(async () => {
  await store.delete(Object.keys(await snapshot(store)));
});

test('a registry as publishes left it has no findings, and the check changes nothing', async () => {
  await publishTwo('fine');
  const before = await snapshot(store);
  const result = await check({ publicKeys: [trusted.publicKey] });
  expect(result).toMatchObject({ findings: [], models: 1, versions: 2, files: { files: 3, ofFiles: 3 } });
  expect(result.files.bytes).toBe(result.files.ofBytes);
  expect(await snapshot(store)).toEqual(before);
  expect(isBroken(result)).toBe(false);
});

describe('a check finds', () => {
  test.for<[kind: string, broken: boolean, damage: (model: string) => Promise<unknown>, what: RegExp]>([
    ['pointer-malformed', true, (model) => put(pointerKey(model), '{}'), /schema/],
    ['pointer-missing', false, (model) => store.delete([pointerKey(model)]), /2 versions and no pointer/],
    [
      'version-missing',
      true,
      (model) => store.delete([manifestKey(model, '1.0.0')]),
      /1\.0\.0 is previous and is not published/,
    ],
    ['manifest-malformed', true, (model) => put(manifestKey(model, '1.0.0'), 'x'), /not JSON/],
    [
      'file-missing',
      true,
      async (model) => store.delete([(await weightsOf(model, '1.0.0')).key]),
      /weights\.bin is missing/,
    ],
    [
      'file-size',
      true,
      async (model) => put((await weightsOf(model, '1.0.0')).key, 'short'),
      /weights\.bin has 5 bytes instead of 8/,
    ],
    [
      'file-corrupt',
      true,
      async (model) => put((await weightsOf(model, '1.0.0')).key, 'x'.repeat(8)),
      /weights\.bin does not have its digest/,
    ],
    [
      'signature-invalid',
      true,
      async (model) => {
        const { signature: _, ...manifest } = await jsonOf(manifestKey(model, '1.0.0'));
        const signature = await stranger.sign(manifest);
        await put(manifestKey(model, '1.0.0'), { ...manifest, signature });
      },
      /not among MANIFEST_PUBLIC_KEYS/,
    ],
    [
      'history-malformed',
      true,
      async (model) => {
        const pointer = await jsonOf(pointerKey(model));
        await put(pointerKey(model), { ...pointer, generation: 3 });
      },
      /newest entry is of generation 2, and the pointer is of generation 3/,
    ],
    [
      'history-gap',
      false,
      async (model) => {
        const pointer = await jsonOf(pointerKey(model));
        await put(pointerKey(model), { ...pointer, history: [Object(pointer.history)[0]] });
      },
      /generation 1 is missing/,
    ],
    ['history-malformed', true, (model) => put(historyKey(model, 1), '{}'), /is malformed/],
    [
      'prune-unfinished',
      false,
      async (model) => {
        await publish(store, await writeGraphModel(join(folder, model, '0.9.0')), model, {
          flip: false,
          signer: trusted,
        });
        const pointer = await jsonOf(pointerKey(model));
        await put(pointerKey(model), { ...pointer, retired: ['0.9.0'] });
      },
      /0\.9\.0 was pruned and is still there/,
    ],
    [
      'announcement-open',
      false,
      (model) => put(publicationKey(model, '2.0.0', 'x'), { schema: 1, model, version: '2.0.0', blobs: [] }),
      /2\.0\.0 was announced/,
    ],
    ['announcement-malformed', true, (model) => put(publicationKey(model, '2.0.0', 'x'), '{}'), /malformed/],
    ['files-unneeded', false, () => put(blobKey('a'.repeat(64)), 'left'), /^1 file \(4 B\)$/],
    ['object-unknown', false, (model) => put(`models/${model}/notes.txt`, 'mine'), /4 B/],
  ])('%s (broken: %s)', async ([kind, broken, damage, what], { task }) => {
    const model = `m${task.id.replaceAll(/\W/g, '')}`;
    await publishTwo(model);
    await damage(model);
    const result = await check({ publicKeys: [trusted.publicKey] });
    expect(result.findings).toEqual([
      expect.objectContaining({ kind, what: expect.stringMatching(what) }),
      // The weights of the version that is gone.
      ...(kind === 'version-missing' ? [expect.objectContaining({ kind: 'files-unneeded' })] : []),
    ]);
    expect(isBroken(result)).toBe(broken);
    const where = { place: { kind: 'local', directory: folder }, bucket: 'b' } as const;
    const json: { broken: number; findings: { meaning: string; wayOut: string }[] } = JSON.parse(
      JSON.stringify(checkJson(result, where, false)),
    );
    expect(json).toMatchObject({
      broken: broken ? 1 : 0,
      findings: expect.arrayContaining([expect.objectContaining({ kind, broken })]),
    });
    const text = checkLines(result, where, false).join('\n');
    expect(text).toContain(json.findings[0]?.meaning);
    expect(text).toContain(json.findings[0]?.wayOut);
  });

  test('announcements that have expired', async () => {
    await put(publicationKey('gone', '2.0.0', 'x'), '{}');
    const inTwoDays = new Date(Date.now() + 2 * 24 * 3600 * 1000);
    expect((await check({ now: inTwoDays })).findings).toMatchObject([{ kind: 'announcement-expired' }]);
  });

  test('only what sizes show if it is fast, and reads no file then', async () => {
    await publishTwo('quick');
    await put((await weightsOf('quick', '1.0.0')).key, 'x'.repeat(8));
    expect(await check({ fast: true })).toMatchObject({ findings: [], files: { files: 3, bytes: 0 } });
  });

  test('a file that publishing again repairs', async () => {
    await publishTwo('repaired');
    const { key } = await weightsOf('repaired', '1.1.0');
    await store.delete([key]);
    expect(isBroken(await check())).toBe(true);
    await publish(store, join(folder, 'repaired', '1.1.0'), 'repaired', { signer: trusted });
    expect(await check()).toMatchObject({ findings: [] });
  });

  test('nothing of other models if one is named', async () => {
    await publishTwo('named');
    await publishTwo('damaged');
    await store.delete([manifestKey('damaged', '1.0.0')]);
    await put(blobKey('b'.repeat(64)), 'left');
    expect(await check({ model: 'named' })).toMatchObject({ findings: [], models: 1, versions: 2 });
  });
});
