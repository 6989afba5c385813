import { describe, expect, test } from 'vitest';
import { manifestKey, PRUNING_KEY, publicationKey } from '../../worker/registry/storage/storage_keys.ts';
import { type AskOptions, useManagement } from './use_management.ts';

const { management, ask, publish } = useManagement();

const always = { condition: { kind: 'always' } } as const;
const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const put = (key: string, body: string, options: AskOptions = {}) =>
  ask('PUT', `/api/v1/objects/${key}`, { ...options, body });

async function snapshot(): Promise<Record<string, string>> {
  const objects: Record<string, string> = {};
  for await (const { key, etag } of management().store.list('')) objects[key] = etag;
  return objects;
}
describe('a manifest', () => {
  const published = async (): Promise<Record<string, unknown>> => {
    await publish('original', '1.0.0');
    const read = await ask('GET', '/api/v1/models/original/versions/1.0.0');
    return { ...Object(read.body), model: 'sent', version: '1.0.0' };
  };
  const send = (manifest: unknown, body = JSON.stringify(manifest)) =>
    put(manifestKey('sent', '1.0.0'), body, { token: 'ci', headers: { 'if-none-match': '*' } });

  test.each<[string, (manifest: Record<string, unknown>) => unknown, RegExp]>([
    ['an unknown member', (manifest) => ({ ...manifest, junk: 'x' }), /junk/],
    [
      'an unknown member deep inside',
      ({ content, ...rest }) => ({ ...rest, content: { ...Object(content), more: { a: 1 } } }),
      /content\.more/,
    ],
    ['a rehearsal of no known form', (manifest) => ({ ...manifest, rehearsal: { kind: 'x' } }), /rehearsal/],
    [
      'a terminal escape in its provenance',
      ({ provenance, ...rest }) => ({
        ...rest,
        provenance: { ...Object(provenance), publishedBy: '\u001b[2J' },
      }),
      /publishedBy/,
    ],
    [
      'a time that browsers cannot read',
      ({ provenance, ...rest }) => ({
        ...rest,
        provenance: { ...Object(provenance), publishedAt: '2026-01-01T00:00:00+05' },
      }),
      /publishedAt is not a time/,
    ],
    [
      'a topology that is no blob of it',
      ({ content, ...rest }) => ({ ...rest, content: { ...Object(content), topology: 'x' } }),
      /topology/,
    ],
  ])('with %s is refused', async (_, edit, error) => {
    expect(await send(edit(await published()))).toMatchObject({
      status: 400,
      body: { error: expect.stringMatching(error) },
    });
  });

  test('nested without end is refused', async () => {
    const deep = `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`;
    const manifest = await published();
    const golden = [{ inputs: { x: 'DEEP' }, outputs: {} }];
    const content = { ...Object(manifest.content), golden };
    const answer = await send(undefined, JSON.stringify({ ...manifest, content }).replace('"DEEP"', deep));
    expect(answer).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('deeper than 100') },
    });
  });

  test('is stored as it was checked, and its version announced only meanwhile', async () => {
    const manifest = await published();
    expect(await send(undefined, `${' '.repeat(100_000)}${JSON.stringify(manifest)}`)).toMatchObject({
      status: 201,
    });
    const read = await ask('GET', '/api/v1/models/sent/versions/1.0.0');
    expect(read.body).toEqual(manifest);
    const head = await management().store.head(manifestKey('sent', '1.0.0'));
    expect(head.kind === 'found' && head.description.size).toBeLessThan(20_000);
    const left = Object.keys(await snapshot()).filter((one) => one.startsWith('publications/'));
    expect(left).toEqual([]);
  });

  test('waits for a prune that is at work, unless its blobs were announced before', async () => {
    const manifest = { ...(await published()), model: 'waiting' };
    const key = manifestKey('waiting', '1.0.0');
    const sendIt = () =>
      put(key, JSON.stringify(manifest), { token: 'ci', headers: { 'if-none-match': '*' } });
    const announced = publicationKey('waiting', '1.0.0', 'mine');
    const blobs = Object(manifest).content.blobs.map(({ sha256 }: { sha256: string }) => sha256);
    const document = { schema: 1, model: 'waiting', version: '1.0.0', blobs };
    await management().store.put(PRUNING_KEY, encode({ schema: 1, id: 'another' }), always);
    try {
      expect(await sendIt()).toMatchObject({
        status: 503,
        body: { error: expect.stringContaining('A prune is at work') },
      });
      await put(announced, JSON.stringify({ ...document, blobs: blobs.slice(1) }), { token: 'ci' });
      expect(await sendIt()).toMatchObject({ status: 503 });
      await put(announced, JSON.stringify(document), { token: 'ci' });
      expect(await sendIt()).toMatchObject({ status: 201 });
    } finally {
      await management().store.delete([PRUNING_KEY, announced]);
    }
  });
});
