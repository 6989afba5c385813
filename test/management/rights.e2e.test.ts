import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readPointer } from '../../worker/registry/pointer/pointer_store.ts';
import {
  blobKey,
  manifestKey,
  PRUNING_KEY,
  pointerKey,
  publicationKey,
} from '../../worker/registry/storage/storage_keys.ts';
import { publishDirectory, SAMPLES } from '../fixtures/models/publish_directory.ts';
import { type AskOptions, type TokenName, useManagement } from './use_management.ts';

const { management, ask, change, publish } = useManagement();

const always = { condition: { kind: 'always' } } as const;
const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const put = (key: string, body: string, options: AskOptions = {}) =>
  ask('PUT', `/api/v1/objects/${key}`, { ...options, body });
const everyToken: readonly TokenName[] = ['viewer', 'ci', 'flipper', 'other', 'ops'];

async function snapshot(): Promise<Record<string, string>> {
  const objects: Record<string, string> = {};
  for await (const { key, etag } of management().store.list('')) objects[key] = etag;
  return objects;
}

describe('the history', () => {
  test('is not written by any token: a pointer is no document of a client', async () => {
    await publish('falsified', '1.0.0');
    await publish('falsified', '1.1.0');
    const before = await readPointer(management().store, 'falsified');
    if (before.kind !== 'found') throw new Error(before.kind);
    const generation = before.pointer.generation + 1;
    const at = new Date().toISOString();
    const told = { generation, id: 'x', action: 'label', from: null, to: '1.0.0', at, by: 'ann', label: 'z' };
    const falsified: readonly object[] = [
      { next: { version: '1.0.0', stagedAt: at } },
      { current: '1.0.0', previous: '1.1.0' },
      { junk: 'x'.repeat(20_000) },
      { history: [{ ...told, at: '1970-01-01T00:00:00Z' }, ...before.pointer.history] },
      { history: [{ ...told, by: '\u001b[2J\u001b[1;1HAll good\n' }, ...before.pointer.history] },
      {},
    ];
    for (const token of everyToken) {
      for (const lie of falsified) {
        const history = [told, ...before.pointer.history];
        const body = JSON.stringify({ ...before.pointer, generation, history, ...lie });
        const headers = { 'if-match': `"${before.etag}"` };
        expect(await put(pointerKey('falsified'), body, { token, headers })).toMatchObject({
          status: 405,
          body: {
            error: expect.stringMatching(/POST \/api\/v1\/models\/MODEL\/CHANGE.*update the edge-serving/),
          },
        });
      }
    }
    expect(await readPointer(management().store, 'falsified')).toEqual(before);
  });

  test('says what the Worker did, when by its clock, and with whose token', async () => {
    await publish('told', '1.0.0');
    const from = Date.now();
    const answer = await change(
      'told',
      'label',
      { label: 'l', version: '1.0.0', by: 'ann', reason: 'a\nb' },
      '1',
    );
    expect(answer).toMatchObject({ status: 200 });
    const read = await readPointer(management().store, 'told');
    if (read.kind !== 'found') throw new Error(read.kind);
    const [entry] = read.pointer.history;
    expect(entry).toEqual({
      generation: 2,
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      at: expect.any(String),
      by: 'ann via ops',
      reason: 'a\nb',
      action: 'label',
      from: null,
      to: '1.0.0',
      label: 'l',
    });
    const at = Date.parse(entry?.at ?? '');
    expect(at).toBeGreaterThanOrEqual(from);
    expect(at).toBeLessThanOrEqual(Date.now());
  });

  test.each<[string, object, RegExp]>([
    ['a time', { at: '1970-01-01T00:00:00Z' }, /at/],
    ['an id', { id: 'mine' }, /id/],
    ['an action', { action: 'prune' }, /action/],
    ['a generation', { generation: 9 }, /generation/],
    ['another token in the name', { by: 'root via admin' }, /by: has the word "via"/],
    ['a terminal escape in the name', { by: 'a\u001b[2J' }, /by: has control characters/],
    ['a line break in the name', { by: 'a\nb' }, /by: has control characters/],
    ['a C1 escape in the reason', { reason: 'a\u009b2J' }, /reason: has control characters/],
    ['a carriage return in the reason', { reason: 'a\rb' }, /reason: has control characters/],
    ['a reason that is too long', { reason: 'x'.repeat(1001) }, /reason/],
    ['__proto__', JSON.parse('{"__proto__":{"to":"1.0.0"}}'), /__proto__|version/],
  ])('takes from nobody %s', async (_, members, error) => {
    await publish('untouched', '1.0.0');
    const before = await readPointer(management().store, 'untouched');
    const body = JSON.stringify({ label: 'l', version: '1.0.0', ...members }).replace(
      /}$/,
      Object.hasOwn(members, '__proto__') ? ',"__proto__":{"to":"1.0.0"}}' : '}',
    );
    const answer = await ask('POST', '/api/v1/models/untouched/label', {
      headers: { 'if-match': '*' },
      body,
    });
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringMatching(error) } });
    expect(await readPointer(management().store, 'untouched')).toEqual(before);
  });

  test('has a change once whose request was sent twice with one Idempotency-Key', async () => {
    await publish('twice', '1.0.0');
    await publish('twice', '1.1.0');
    const send = (token: TokenName, body: object = {}, key = 'one') =>
      ask('POST', '/api/v1/models/twice/rollback', {
        token,
        headers: { 'if-match': '*', 'idempotency-key': key },
        body: JSON.stringify(body),
      });
    const first = await send('flipper');
    expect(first).toMatchObject({ status: 200, body: { change: { action: 'rollback', to: '1.0.0' } } });
    // A rollback that was made twice would be back at the version that was left.
    expect(await send('flipper')).toEqual(first);
    expect(await readPointer(management().store, 'twice')).toMatchObject({
      pointer: { generation: 3, current: '1.0.0' },
    });
    // The key is the token's and the request's own: nobody gets another's change for an answer.
    expect(await send('ops')).toMatchObject({ body: { change: { by: 'ops', to: '1.1.0' } } });
    expect(await send('flipper', { to: '1.0.0' })).toMatchObject({ body: { change: { to: '1.0.0' } } });
    expect(await send('flipper', {}, 'a b')).toMatchObject({ status: 400 });
    expect(await readPointer(management().store, 'twice')).toMatchObject({ pointer: { generation: 5 } });
  });

  test('does not grow without bound by labels', async () => {
    await publish('labelled', '1.0.0');
    const read = await readPointer(management().store, 'labelled');
    if (read.kind !== 'found') throw new Error(read.kind);
    const labels = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`l${index}`, '1.0.0']));
    await management().store.put(pointerKey('labelled'), encode({ ...read.pointer, labels }), always);
    const label = (name: string, action: 'flip' | 'label') =>
      change('labelled', action, { label: name, version: '1.0.0' }, '*');
    for (const action of ['flip', 'label'] as const) {
      expect(await label('one_more', action)).toMatchObject({
        status: 409,
        body: { error: expect.stringContaining('100 labels') },
      });
    }
    expect(await change('labelled', 'unlabel', { label: 'l7' }, '*')).toMatchObject({ status: 200 });
    expect(await label('one_more', 'label')).toMatchObject({ status: 200 });
  });
});

describe('what is served', () => {
  test('cannot be deleted by any token, whatever lock it claims', async () => {
    await publish('served', '1.0.0');
    await publish('served', '1.1.0');
    const manifest = await ask('GET', '/api/v1/models/served/versions/1.1.0');
    const blobs: readonly { readonly sha256: string }[] = Object(manifest.body).content.blobs;
    const keys = [
      ...blobs.map(({ sha256 }) => blobKey(sha256)),
      manifestKey('served', '1.1.0'),
      pointerKey('served'),
    ];
    const before = await snapshot();
    for (const token of everyToken) {
      const lock = JSON.stringify({ schema: 1, id: 'made up', owner: token });
      const headers = { 'if-none-match': '*' };
      for (const text of ['hello', lock]) {
        expect(await put(PRUNING_KEY, text, { token, headers })).toMatchObject({ status: 405 });
      }
      expect(await put(`${PRUNING_KEY}.clock`, '{}', { token })).toMatchObject({ status: 405 });
      const all = await ask('POST', '/api/v1/deletions', { token, body: JSON.stringify({ keys }) });
      expect(all).toMatchObject({
        status: 405,
        body: { error: expect.stringContaining('update the edge-serving') },
      });
      for (const key of keys) {
        expect(await ask('DELETE', `/api/v1/objects/${key}`, { token })).toMatchObject({ status: 405 });
      }
    }
    expect(await snapshot()).toEqual(before);
  });

  test('stays where a real lock is held by somebody else', async () => {
    await publish('guarded', '1.0.0');
    await management().store.put(PRUNING_KEY, encode({ schema: 1, id: 'another' }), always);
    try {
      const before = await snapshot();
      expect(await change('guarded', 'prune', { keep: 0 }, '*')).toMatchObject({
        status: 409,
        body: { error: expect.stringContaining('another prune holds the lock until') },
      });
      expect(await snapshot()).toEqual(before);
    } finally {
      await management().store.delete([PRUNING_KEY]);
    }
  });

  test('stays where a falsified pointer of before names a version as pruned', async () => {
    await publish('mixed', '1.0.0');
    await publish('mixed', '1.1.0');
    const read = await readPointer(management().store, 'mixed');
    if (read.kind !== 'found') throw new Error(read.kind);
    const lie = { ...read.pointer, retired: ['1.0.0', '1.1.0'] };
    await management().store.put(pointerKey('mixed'), encode(lie), always);
    expect(await change('mixed', 'prune', { keep: 0 }, '*')).toMatchObject({
      status: 200,
      body: { versions: [], kept: ['1.0.0', '1.1.0'] },
    });
    for (const version of ['1.0.0', '1.1.0']) {
      expect(await management().store.head(manifestKey('mixed', version))).toMatchObject({ kind: 'found' });
    }
  });
});

describe('announcements', () => {
  const key = (id: string) => publicationKey('announced', '1.0.0', id);
  const document = { schema: 1, model: 'announced', version: '1.0.0', blobs: ['a'.repeat(64)] };
  const remove = (id: string, token: TokenName) => ask('DELETE', `/api/v1/objects/${key(id)}`, { token });

  test('belong to the token that made them, and to no other', async () => {
    expect(await put(key('mine'), JSON.stringify(document), { token: 'ci' })).toMatchObject({ status: 201 });
    const before = await snapshot();
    for (const token of ['viewer', 'flipper', 'other', 'ops'] as const) {
      const emptied = JSON.stringify({ ...document, blobs: [] });
      expect(await put(key('mine'), emptied, { token })).toMatchObject({ status: 403 });
      expect(await remove('mine', token)).toMatchObject({ status: 403 });
    }
    expect(await snapshot()).toEqual(before);
    expect(await put(key('mine'), JSON.stringify(document), { token: 'ci' })).toMatchObject({ status: 201 });
    expect(await remove('mine', 'ci')).toMatchObject({ status: 204 });
    expect(await remove('mine', 'ci')).toMatchObject({ status: 404 });
  });

  test('that were written to the bucket itself are deleted by no token', async () => {
    await management().store.put(key('theirs'), encode(document), always);
    expect(await remove('theirs', 'ops')).toMatchObject({ status: 403 });
    await management().store.delete([key('theirs')]);
  });

  test.each<[string, string, string, number]>([
    ['any text', 'x', 'a', 400],
    ['more text than one has', 'x'.repeat(200_000), 'a', 413],
    ['an unknown member', JSON.stringify({ ...document, more: 1 }), 'a', 400],
    ['an owner', JSON.stringify({ ...document, owner: 'ops' }), 'a', 400],
    ['another version than its key', JSON.stringify({ ...document, version: '2.0.0' }), 'a', 400],
    ['a digest that is none', JSON.stringify({ ...document, blobs: ['x'] }), 'a', 400],
    ['1001 blobs', JSON.stringify({ ...document, blobs: Array(1001).fill('a'.repeat(64)) }), 'a', 400],
    ['100 000 levels', '['.repeat(50_000) + ']'.repeat(50_000), 'a', 400],
  ])('with %s are refused', async (_, body, id, status) => {
    expect(await put(key(id), body, { token: 'ci' })).toMatchObject({ status });
    expect((await management().store.head(key(id))).kind).toBe('missing');
  });

  test('lie under keys that a prune looks at, and nowhere else', async () => {
    for (const at of [
      'publications/foo',
      'publications/a/b/c.json',
      'publications/announced/01.0.0/a.json',
    ]) {
      expect(await put(at, JSON.stringify(document), { token: 'ci' })).toMatchObject({ status: 400 });
    }
  });

  test('are limited in number', async () => {
    const keys = Array.from({ length: 500 }, (_, index) => key(`full${index}`));
    for (const one of keys) await management().store.put(one, encode(document), always);
    try {
      expect(await put(key('more'), JSON.stringify(document), { token: 'ci' })).toMatchObject({
        status: 429,
        body: { error: expect.stringContaining('500 publishes') },
      });
    } finally {
      await management().store.delete(keys);
    }
  });
});

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

describe('reading', () => {
  test.each([
    'models/../pruning.json',
    'models//pointer.json',
    'models/x/pointer.json/',
    'models/%2e%2e/pointer.json',
    'models/__proto__/pointer.json',
    'pruning.json%00',
    '..%2f..%2fetc',
    'models/served%2fpointer.json',
    'pruning/0123.json',
    'schedule.json',
    `blobs/sha256/${'A'.repeat(64)}`,
    `models/${encodeURIComponent('é')}/pointer.json`,
    `models/${'x'.repeat(5000)}/pointer.json`,
  ])('of %s finds nothing', async (key) => {
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE']) {
      const answer = await ask(method, `/api/v1/objects/${key}`, method === 'PUT' ? { body: 'x' } : {});
      expect([400, 404, 405], method).toContain(answer.status);
    }
  });

  test('lists the registry and nothing else of the bucket', async () => {
    await management().store.put('private/of-somebody', encode('x'), always);
    for (const prefix of ['', 'private/', 'p', 'pruning', 'model']) {
      const answer = await ask('GET', `/api/v1/objects?prefix=${prefix}`, { token: 'viewer' });
      expect(answer).toMatchObject({ status: 400 });
    }
    await management().store.delete(['private/of-somebody']);
  });

  test('ignores conditions and ranges that mean nothing here', async () => {
    const bytes = 'range of a blob';
    const key = blobKey(createHash('sha256').update(bytes).digest('hex'));
    await put(key, bytes, { token: 'ci' });
    for (const headers of [
      { range: 'bytes=3-5' },
      { 'if-none-match': '*' },
      { 'if-none-match': '"a", "b"' },
    ]) {
      expect(await ask('GET', `/api/v1/objects/${key}`, { token: 'viewer', headers })).toMatchObject({
        status: 200,
        body: bytes,
      });
    }
  });
});

test('a document in the bucket that is too large or too deep is told, and not read', async () => {
  await publishDirectory(management().store, `${SAMPLES}/half_plus_two/1.0.0`, 'large', '1.0.0');
  const read = await readPointer(management().store, 'large');
  if (read.kind !== 'found') throw new Error(read.kind);
  for (const [more, reason] of [
    ['x'.repeat(2 * 1024 * 1024), /the limit is 2097152 bytes/],
    [JSON.parse(`${'['.repeat(200)}${']'.repeat(200)}`), /nested deeper than 100/],
  ] as const) {
    await management().store.put(pointerKey('large'), encode({ ...read.pointer, more }), always);
    expect(await ask('GET', '/api/v1/models/large')).toMatchObject({
      status: 200,
      body: { pointer: null, pointerError: expect.stringMatching(reason) },
    });
    expect(await change('large', 'flip', { version: '1.0.0' }, '*')).toMatchObject({
      status: 409,
      body: { error: expect.stringMatching(reason) },
    });
  }
});
