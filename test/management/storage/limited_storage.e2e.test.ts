import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newChangeRecord } from '../../../scripts/pointer/change_record.ts';
import { HttpObjectStore } from '../../../scripts/registry/http_object_store.ts';
import { changePointerThrough, pruneThrough } from '../../../scripts/registry/management_changes.ts';
import { POINTER_CHANGES } from '../../../worker/registry/pointer/change/table.ts';
import { readPointer } from '../../../worker/registry/pointer/pointer_store.ts';
import {
  blobKey,
  manifestKey,
  PRUNING_KEY,
  pointerKey,
  publicationKey,
} from '../../../worker/registry/storage/storage_keys.ts';
import { wait } from '../../../worker/registry/storage/waiting.ts';
import { type ManagementWorker, startManagement, tokenEntry } from '../../fixtures/edge/management_worker.ts';
import { sha256 } from '../../fixtures/models/sha256.ts';

const TOKEN = 'secret';
const MODELS = 60;
const always = { condition: { kind: 'always' } } as const;
const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const at = '2026-11-22T12:00:00.000Z';

let management: ManagementWorker;
beforeAll(async () => {
  management = await startManagement(
    { MANAGEMENT_TOKENS: tokenEntry('ci', 'publish+flip', TOKEN) },
    { faults: { operations: 50 } },
  );
});
afterAll(() => management.stop());

const service = () => ({ url: management.url, token: TOKEN });
const get = async (path: string): Promise<unknown> => {
  const headers = { authorization: `Bearer ${TOKEN}` };
  return (await fetch(new URL(path, management.url), { headers })).json();
};

async function put(key: string, value: Uint8Array): Promise<void> {
  await management.store.put(key, value, always);
}

async function blob(text: string): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const bytes = new TextEncoder().encode(text);
  const digest = await sha256(bytes);
  await put(blobKey(digest), bytes);
  return { sha256: digest, bytes: bytes.length };
}

function manifestOf(
  model: string,
  version: string,
  blobs: readonly { readonly sha256: string; readonly bytes: number }[],
): object {
  return {
    schema: 1,
    model,
    version,
    content: {
      format: 'tfjs-graph-model',
      topology: '0',
      signatures: {},
      blobs: blobs.map((each, index) => ({ path: String(index), ...each })),
      weightBytes: 0,
      warmup: [],
      golden: [],
    },
    provenance: { publishedAt: at, publishedBy: 'ann', sourceFormat: 'x', tool: 'x' },
  };
}

const name = (index: number): string => `model_${String(index).padStart(3, '0')}`;

/** Publishes two versions of a model; the second is current. Returns the blobs of both. */
async function publishTwo(model: string): Promise<readonly [string, string]> {
  const blobs: [string, string] = ['', ''];
  for (const [index, version] of ['1.0.0', '2.0.0'].entries()) {
    const one = await blob(`${model} ${version}`);
    blobs[index] = one.sha256;
    await put(manifestKey(model, version), encode(manifestOf(model, version, [one])));
  }
  const entry = { generation: 1, id: model, action: 'publish', from: null, to: '2.0.0', at, by: 'ann' };
  const pointer = {
    schema: 1,
    generation: 1,
    current: '2.0.0',
    previous: null,
    labels: {},
    history: [entry],
  };
  await put(pointerKey(model), encode(pointer));
  return blobs;
}

describe('with 50 storage operations a request', () => {
  test('a prune goes on over as many requests as it needs, and deletes what nothing needs', async () => {
    const published: (readonly [string, string])[] = [];
    for (let index = 0; index < MODELS; index++) published.push(await publishTwo(name(index)));
    const orphans: string[] = [];
    for (let index = 0; index < 150; index++) orphans.push((await blob(`orphan ${index}`)).sha256);
    // Blobs of running publishes stay too. These are more announcements than one request can read.
    const announced: string[] = [];
    for (let index = 0; index < 55; index++) {
      const one = await blob(`announced ${index}`);
      announced.push(one.sha256);
      const document = { schema: 1, model: 'new', version: '1.0.0', blobs: [one.sha256], owner: 'ci' };
      await put(publicationKey('new', '1.0.0', String(index)), encode(document));
    }
    const prune = pruneThrough(service(), wait);
    const result = await prune(name(7), { keep: 0, dryRun: false, record: newChangeRecord({ by: 'ann' }) });
    if (result.kind === 'refused') throw new Error(result.reason);
    expect(result).toMatchObject({ versions: ['1.0.0'], kept: ['2.0.0'] });
    const gone = [...orphans, published[7]?.[0] ?? ''].map(blobKey).sort();
    expect(result.blobs.map(({ key }) => key).sort()).toEqual(gone);
    const left: string[] = [];
    for await (const { key } of management.store.list('blobs/')) left.push(key);
    const needed = [...published.flat(), ...announced].map(blobKey).filter((key) => !gone.includes(key));
    expect(left).toEqual(needed.sort());
    expect(await readPointer(management.store, name(7))).toMatchObject({
      pointer: {
        retired: ['1.0.0'],
        history: [{ action: 'prune', by: 'ann via ci', versions: ['1.0.0'] }, {}],
      },
    });
    for (const prefix of ['pruning/', PRUNING_KEY]) {
      for await (const { key } of management.store.list(prefix)) throw new Error(`${key} is left`);
    }
  });

  test('a dry run tells the same and changes nothing', async () => {
    const snapshot = async () => {
      const objects: Record<string, string> = {};
      for await (const { key, etag } of management.store.list('')) objects[key] = etag;
      return objects;
    };
    const before = await snapshot();
    const prune = pruneThrough(service(), wait);
    const result = await prune(name(8), { keep: 0, dryRun: true, record: newChangeRecord({ by: 'ann' }) });
    if (result.kind === 'refused') throw new Error(result.reason);
    expect(result).toMatchObject({ versions: ['1.0.0'], kept: ['2.0.0'] });
    const digest = await sha256(new TextEncoder().encode(`${name(8)} 1.0.0`));
    expect(result.blobs.map(({ key }) => key)).toEqual([blobKey(digest)]);
    expect(await snapshot()).toEqual(before);
  });

  test('the models are told in parts that make the whole', async () => {
    const models: string[] = [];
    let parts = 0;
    for (let after: string | undefined = ''; after !== undefined; parts++) {
      const answer: { models: { model: string; current: string }[]; after?: string } = Object(
        await get(`/api/v1/models${after === '' ? '' : `?after=${after}`}`),
      );
      for (const { model, current } of answer.models) models.push(`${model} ${current}`);
      after = answer.after;
    }
    expect(models).toEqual(Array.from({ length: MODELS }, (_, index) => `${name(index)} 2.0.0`));
    expect(parts).toBeGreaterThan(1);
  });

  test('the cron trigger comes to every replica in some runs', async () => {
    const behind = async () => {
      const models: string[] = [];
      for (let index = 0; index < MODELS; index++) {
        if ((await management.replica?.read(name(index))) === undefined) models.push(name(index));
      }
      return models;
    };
    let left = await behind();
    while (left.length > 0) {
      await management.runSchedule();
      const now = await behind();
      expect(now.length).toBeLessThan(left.length);
      left = now;
    }
    expect(management.log.filter((line) => line.includes('schedule failed'))).toEqual([]);
  });

  test('a version of more files than that is published', async () => {
    const blobs: Awaited<ReturnType<typeof blob>>[] = [];
    for (let index = 0; index < 80; index++) blobs.push(await blob(`shard ${index}`));
    const store = new HttpObjectStore(service());
    const send = (all: typeof blobs) =>
      store.put(manifestKey('large', '1.0.0'), encode(manifestOf('large', '1.0.0', all)), {
        condition: { kind: 'absent' },
      });
    const lacking = blobs.map((each, index) => (index === 79 ? { ...each, bytes: 1 } : each));
    await expect(send(lacking)).rejects.toThrow(/The blob of 79, .* does not exist with 1 bytes/);
    expect(await send(blobs)).toMatchObject({ kind: 'written' });
    const flip = POINTER_CHANGES.flip.of({ version: '1.0.0' });
    const changed = await changePointerThrough(service(), wait)(
      'large',
      flip,
      newChangeRecord({ by: 'ann' }),
    );
    expect(changed).toMatchObject({ kind: 'changed', pointer: { current: '1.0.0' } });
  });
});
