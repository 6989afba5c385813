import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newChangeRecord } from '../../../scripts/shared/change_record.ts';
import { blobKey, manifestKey, pointerKey } from '../../../worker/registry/keys.ts';
import { readPointer } from '../../../worker/registry/pointer_store.ts';
import { pruneTransition, rollbackTransition } from '../../../worker/registry/pointer_transitions.ts';
import { type ManagementWorker, startManagement, tokenEntry } from '../../shared/management_worker.ts';
import { publishDirectory, SAMPLES } from '../../shared/publish_directory.ts';

const TOKENS = { ops: 'o'.repeat(43), ci: 'c'.repeat(43), viewer: 'v'.repeat(43), flipper: 'f'.repeat(43) };

let management: ManagementWorker;
beforeAll(async () => {
  management = await startManagement({
    MAX_UPLOAD_MB: '1',
    MANAGEMENT_TOKENS: [
      tokenEntry('ops', 'publish+flip', TOKENS.ops),
      tokenEntry('ci', 'publish', TOKENS.ci),
      tokenEntry('viewer', 'read', TOKENS.viewer),
      tokenEntry('flipper', 'flip', TOKENS.flipper),
    ].join(',\n'),
  });
});
afterAll(() => management.stop());

interface Answer {
  readonly status: number;
  readonly etag: string | null;
  readonly body: unknown;
}

async function ask(
  method: string,
  path: string,
  options: {
    token?: keyof typeof TOKENS | null;
    headers?: Record<string, string>;
    body?: string | Uint8Array<ArrayBuffer>;
  } = {},
): Promise<Answer> {
  const { token = 'ops', headers = {}, body } = options;
  const response = await fetch(new URL(path, management.url), {
    method,
    headers: { ...(token !== null && { authorization: `Bearer ${TOKENS[token]}` }), ...headers },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true && text.startsWith('{');
  return {
    status: response.status,
    etag: response.headers.get('etag'),
    body: isJson ? JSON.parse(text) : text,
  };
}

const change = (
  model: string,
  name: string,
  body: object,
  ifMatch: string,
  token: keyof typeof TOKENS = 'ops',
) =>
  ask('POST', `/api/v1/models/${model}/${name}`, {
    token,
    headers: { 'if-match': ifMatch },
    body: JSON.stringify(body),
  });

const publish = (model: string, version: '1.0.0' | '1.1.0', flip = true) =>
  publishDirectory(management.store, `${SAMPLES}/half_plus_two/${version}`, model, version, { flip });

describe('models', () => {
  test('are listed and described, with the generation as entity tag', async () => {
    await publish('listed', '1.0.0');
    await publish('listed', '1.1.0');
    expect((await ask('GET', '/api/v1/models', { token: 'viewer' })).body).toMatchObject({
      models: expect.arrayContaining([{ model: 'listed', current: '1.1.0', generation: 2 }]),
    });
    expect(await ask('GET', '/api/v1/models/listed', { token: 'viewer' })).toMatchObject({
      status: 200,
      etag: '"2"',
      body: { versions: ['1.0.0', '1.1.0'], pointer: { previous: '1.0.0', history: [{}, {}] } },
    });
    expect(await ask('GET', '/api/v1/models/listed/versions/1.0.0', { token: 'viewer' })).toMatchObject({
      status: 200,
      body: { version: '1.0.0', content: { format: 'tfjs-graph-model' } },
    });
    expect(await ask('GET', '/api/v1/models/nothing')).toMatchObject({ status: 404 });
    expect(await ask('GET', '/api/v1/models/listed/versions/9.0.0')).toMatchObject({ status: 404 });
  });
});

describe('changes', () => {
  test('go through the whole life of two versions, each in the history with who and why', async () => {
    await publish('life', '1.0.0', false);
    await publish('life', '1.1.0', false);
    const first = await change('life', 'flip', { version: '1.0.0', reason: 'first', by: 'ann' }, '0');
    expect(first).toMatchObject({
      status: 200,
      etag: '"1"',
      body: { change: { by: 'ann via ops', reason: 'first' } },
    });
    const steps: readonly (readonly [string, object, object])[] = [
      ['stage', { version: '1.1.0' }, { next: { version: '1.1.0' } }],
      ['shadow', { version: '1.1.0', percent: 5 }, { shadow: { percent: 5 } }],
      ['canary', { version: '1.1.0', percent: 10 }, { canary: { version: '1.1.0', percent: 10 } }],
      ['canary', { version: '1.1.0', percent: 50 }, { canary: { percent: 50 } }],
      ['label', { label: 'beta', version: '1.1.0' }, { labels: { beta: '1.1.0' } }],
      ['promote', {}, { current: '1.1.0', previous: '1.0.0' }],
      ['rollback', {}, { current: '1.0.0', previous: '1.1.0' }],
      ['unlabel', { label: 'beta' }, { labels: {} }],
    ];
    for (const [index, [name, body, pointer]] of steps.entries()) {
      const answer = await change('life', name, body, `"${index + 1}"`, 'flipper');
      expect(answer, name).toMatchObject({
        status: 200,
        etag: `"${index + 2}"`,
        body: { change: { action: name, by: 'flipper' }, pointer: { generation: index + 2, ...pointer } },
      });
    }
  });

  test('with an old generation are refused, and told the new one', async () => {
    await publish('replayed', '1.0.0');
    await publish('replayed', '1.1.0');
    expect(await change('replayed', 'rollback', {}, '2')).toMatchObject({ status: 200 });
    expect(await change('replayed', 'rollback', {}, '2')).toMatchObject({
      status: 412,
      etag: '"3"',
      body: { generation: 3, error: expect.stringContaining('generation 3') },
    });
    const read = await readPointer(management.store, 'replayed');
    expect(read).toMatchObject({ pointer: { generation: 3, current: '1.0.0' } });
  });

  test('of many callers with one generation exactly one gets through', async () => {
    await publish('raced', '1.0.0');
    await publish('raced', '1.1.0');
    const answers = await Promise.all(Array.from({ length: 8 }, () => change('raced', 'rollback', {}, '2')));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(412)]);
    expect(await readPointer(management.store, 'raced')).toMatchObject({ pointer: { generation: 3 } });
  });

  test('prune deletes what nothing points to', async () => {
    await publish('pruned', '1.0.0', false);
    await publish('pruned', '1.1.0');
    expect(await change('pruned', 'prune', { keep: 0, dryRun: true }, '*')).toMatchObject({
      body: { versions: ['1.0.0'] },
    });
    expect((await management.store.head(manifestKey('pruned', '1.0.0'))).kind).toBe('found');
    expect(await change('pruned', 'prune', { keep: 0 }, '*')).toMatchObject({ status: 200 });
    expect((await management.store.head(manifestKey('pruned', '1.0.0'))).kind).toBe('missing');
  });

  test.each<[string, string, object, string, number, RegExp]>([
    ['no generation', 'rollback', {}, '', 428, /If-Match/],
    ['a malformed generation', 'rollback', {}, '"a"', 428, /If-Match/],
    ['an unknown member', 'rollback', { to: '1.0.0', force: true }, '*', 400, /force/],
    ['a share beyond 100', 'canary', { version: '1.1.0', percent: 101 }, '*', 400, /percent/],
    ['a version that is none', 'flip', { version: '../1' }, '*', 400, /version/],
    ['a version that is not published', 'flip', { version: '7.0.0' }, '*', 409, /7\.0\.0 is not published/],
    ['a change that is none', 'explode', {}, '*', 404, /flip, promote/],
  ])('with %s are refused', async (_, name, body, ifMatch, status, error) => {
    await publish('refusing', '1.0.0');
    const before = await readPointer(management.store, 'refusing');
    expect(await change('refusing', name, body, ifMatch)).toMatchObject({
      status,
      body: { error: expect.stringMatching(error) },
    });
    expect(await readPointer(management.store, 'refusing')).toEqual(before);
  });
});

describe('uploads', () => {
  const bytes = new TextEncoder().encode('weights');
  const digest = createHash('sha256').update(bytes).digest('hex');
  const put = (
    key: string,
    body: Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
    token: keyof typeof TOKENS = 'ci',
  ) => ask('PUT', `/api/v1/objects/${key}`, { token, headers, body });

  test('of blobs are checked by the digest of their key, and found again by it', async () => {
    expect(await put(blobKey(digest), new TextEncoder().encode('Weights'))).toMatchObject({
      status: 422,
      body: { error: expect.stringContaining(digest) },
    });
    expect(await ask('HEAD', `/api/v1/objects/${blobKey(digest)}`)).toMatchObject({ status: 404 });
    expect(await put(blobKey(digest), bytes)).toMatchObject({ status: 201 });
    expect(await ask('HEAD', `/api/v1/objects/${blobKey(digest)}`)).toMatchObject({ status: 200 });
  });

  test('larger than the limit are refused', async () => {
    expect(await put(blobKey(digest), new Uint8Array(1024 * 1024 + 1))).toMatchObject({ status: 413 });
  });

  test('of a manifest come after its blobs, and once', async () => {
    const read = await (async () => {
      await publish('source', '1.0.0');
      return ask('GET', '/api/v1/models/source/versions/1.0.0');
    })();
    const manifest = { ...Object(read.body), model: 'copied' };
    const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
    const key = manifestKey('copied', '1.0.0');
    const absent = { 'if-none-match': '*' };
    const lacking = structuredClone(manifest);
    lacking.content.blobs[0].sha256 = 'a'.repeat(64);
    expect(await put(key, encode(lacking), absent)).toMatchObject({ status: 409 });
    expect(await put(key, encode(read.body), absent)).toMatchObject({ status: 400 });
    expect(await put(key, encode({}), absent)).toMatchObject({ status: 400 });
    expect(await put(key, encode(manifest))).toMatchObject({ status: 428 });
    expect(await put(key, encode(manifest), absent)).toMatchObject({ status: 201 });
    expect(await put(key, encode(manifest), absent)).toMatchObject({ status: 412 });
  });

  test('of a pointer follow the one before, name only what is published, and say whose token it was', async () => {
    await publish('pointed', '1.0.0');
    await publish('pointed', '1.1.0');
    const read = await readPointer(management.store, 'pointed');
    if (read.kind !== 'found') throw new Error(read.kind);
    const step = rollbackTransition(undefined, newChangeRecord({ by: 'ann' }))(read.pointer);
    if (step.kind !== 'changed') throw new Error(step.kind);
    const write = (pointer: object, headers: Record<string, string> = { 'if-match': `"${read.etag}"` }) =>
      put(pointerKey('pointed'), new TextEncoder().encode(JSON.stringify(pointer)), headers, 'flipper');
    const next = step.pointer;
    for (const [fault, pointer] of [
      ['generation', { ...next, generation: 9 }],
      ['history', { ...next, history: next.history.slice(0, 1) }],
      ['not published', { ...next, next: { version: '8.0.0', stagedAt: '2026-11-22T12:00:00Z' } }],
    ] as const) {
      expect(await write(pointer)).toMatchObject({
        status: 409,
        body: { error: expect.stringContaining(fault) },
      });
    }
    expect(await write(next, {})).toMatchObject({ status: 428 });
    expect(await write(next, { 'if-match': '"old"' })).toMatchObject({ status: 412 });
    expect(await write(next)).toMatchObject({ status: 201 });
    expect(await readPointer(management.store, 'pointed')).toMatchObject({
      pointer: { current: '1.0.0', history: [{ by: 'ann via flipper' }, {}, {}] },
    });
  });

  test.each([
    '..%2f..%2fsecret',
    'models/%2e%2e/pointer.json',
    'models/half/versions/..%2f1/manifest.json',
    'models/half/versions/01.0.0/manifest.json',
    'blobs/sha256/short',
    `blobs/sha256/${'A'.repeat(64)}`,
    'publications/../pointer.json',
    'somewhere.json',
    `models/${'x'.repeat(200)}/pointer.json`,
  ])('to %s are refused', async (key) => {
    const answer = await put(key, bytes, { 'if-none-match': '*' }, 'ops');
    expect([400, 404]).toContain(answer.status);
  });

  test('of a pointer retire nothing without the scope to publish, and are not larger than isolates want', async () => {
    await publish('unpruned', '1.0.0');
    await publish('unpruned', '1.1.0');
    await publishDirectory(management.store, `${SAMPLES}/half_plus_two/1.1.0`, 'unpruned', '1.2.0');
    const read = await readPointer(management.store, 'unpruned');
    if (read.kind !== 'found') throw new Error(read.kind);
    const step = pruneTransition(() => ['1.0.0'], newChangeRecord({ by: 'ann' }))(read.pointer);
    if (step.kind !== 'changed') throw new Error(step.kind);
    const write = (pointer: object, token: keyof typeof TOKENS) =>
      put(
        pointerKey('unpruned'),
        new TextEncoder().encode(JSON.stringify(pointer)),
        { 'if-match': `"${read.etag}"` },
        token,
      );
    expect(await write(step.pointer, 'flipper')).toMatchObject({
      status: 403,
      body: { error: 'The token flipper has no scope "publish"' },
    });
    expect(await write({ ...step.pointer, retired: ['1.2.0'] }, 'ops')).toMatchObject({
      status: 409,
      body: { error: expect.stringContaining('names pruned versions: 1.2.0') },
    });
    expect(await write({ ...step.pointer, more: 'x'.repeat(1024 * 1024) }, 'ops')).toMatchObject({
      status: 413,
    });
    expect(await write(step.pointer, 'ops')).toMatchObject({ status: 201 });
  });

  test('of an announcement are what a prune can read', async () => {
    const announce = (text: string) => put('publications/one.json', new TextEncoder().encode(text), {}, 'ci');
    expect(await announce('{"schema":1}')).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('model') },
    });
    expect(await announce('{"schema":1,"model":"m","version":"1","blobs":[]}')).toMatchObject({
      status: 201,
    });
    await management.store.delete(['publications/one.json']);
  });

  test('are deleted as a prune deletes them: versions that are retired, and blobs under its lock', async () => {
    for (const version of ['1.0.0', '1.1.0'] as const) await publish('gone', version);
    await publishDirectory(management.store, `${SAMPLES}/half_plus_two/1.1.0`, 'gone', '1.2.0');
    const remove = (key: string) =>
      ask('POST', '/api/v1/deletions', { body: JSON.stringify({ keys: [key] }) });
    const blob = new TextEncoder().encode('needed by nobody');
    const digest = createHash('sha256').update(blob).digest('hex');
    await management.store.put(blobKey(digest), blob, { condition: { kind: 'always' } });
    expect(await remove(manifestKey('gone', '1.2.0'))).toMatchObject({
      status: 409,
      body: { error: expect.stringContaining('not retired') },
    });
    expect(await remove(blobKey(digest))).toMatchObject({
      status: 409,
      body: { error: expect.stringContaining('lock') },
    });
    expect((await management.store.head(manifestKey('gone', '1.2.0'))).kind).toBe('found');
    const lockBytes = new TextEncoder().encode('{"schema":1,"id":"x"}');
    const lock = await put('pruning.json', lockBytes, { 'if-none-match': '*' }, 'ops');
    expect(lock).toMatchObject({ status: 201 });
    expect(await remove(blobKey(digest))).toMatchObject({ status: 204 });
    expect(await remove('pruning.json')).toMatchObject({ status: 204 });
  });

  test('are deleted, pointers never', async () => {
    await publish('kept', '1.0.0');
    const remove = (token: keyof typeof TOKENS, ...keys: string[]) =>
      ask('POST', '/api/v1/deletions', { token, body: JSON.stringify({ keys }) });
    expect(await remove('ops', pointerKey('kept'))).toMatchObject({ status: 403 });
    expect(await remove('ci', manifestKey('kept', '1.0.0'))).toMatchObject({ status: 403 });
    expect(await remove('ops', 'elsewhere')).toMatchObject({ status: 400 });
    expect((await management.store.head(manifestKey('kept', '1.0.0'))).kind).toBe('found');
  });
});

describe('access', () => {
  test.each<[string, Parameters<typeof ask>[2], number]>([
    ['no token', { token: null }, 401],
    ['a wrong token', { token: null, headers: { authorization: `Bearer ${'x'.repeat(43)}` } }, 401],
    ['another scheme', { token: null, headers: { authorization: `Basic ${TOKENS.ops}` } }, 401],
    ['the token in x-api-key', { token: null, headers: { 'x-api-key': TOKENS.ops } }, 401],
  ])('is refused with %s', async (_, options, status) => {
    expect(await ask('GET', '/api/v1/models', options)).toMatchObject({
      status,
      body: { error: expect.stringContaining('Authorization: Bearer') },
    });
  });

  test('is refused with a token in the address, which is not logged', async () => {
    for (const name of ['token', 'access_token', 'Authorization', 'key']) {
      const answer = await ask('GET', `/api/v1/models?${name}=${TOKENS.ops}`, { token: null });
      expect(answer).toMatchObject({
        status: 400,
        body: { error: expect.stringContaining('never in the address') },
      });
    }
    await change('nothing', 'flip', { version: '1.0.0' }, '*', 'viewer');
    expect(management.log.length).toBeGreaterThan(5);
    for (const token of Object.values(TOKENS)) expect(management.log.join('\n')).not.toContain(token);
  });

  test('is refused without the scope, and says which', async () => {
    expect(await change('any', 'rollback', {}, '*', 'viewer')).toMatchObject({
      status: 403,
      body: { error: 'The token viewer has no scope "flip"' },
    });
    expect(await change('any', 'rollback', {}, '*', 'ci')).toMatchObject({ status: 403 });
    expect(await change('any', 'prune', { keep: 1 }, '*', 'flipper')).toMatchObject({ status: 403 });
    const digest = createHash('sha256').update('x').digest('hex');
    const upload = (token: keyof typeof TOKENS) =>
      ask('PUT', `/api/v1/objects/${blobKey(digest)}`, { token, body: 'x' });
    expect(await upload('viewer')).toMatchObject({ status: 403 });
    expect(await upload('flipper')).toMatchObject({ status: 403 });
    expect(await upload('ci')).toMatchObject({ status: 201 });
  });

  test('is off where no secret is set, and a secret without a token is a fault', async () => {
    const off = await startManagement({});
    try {
      const response = await fetch(new URL('/api/v1/models', off.url), {
        headers: { authorization: 'Bearer x' },
      });
      expect(response.status).toBe(403);
      expect(await response.json()).toEqual({ error: expect.stringContaining('MANAGEMENT_TOKENS') });
    } finally {
      await off.stop();
    }
  });
});

describe('the cron trigger', () => {
  test('repairs replicas that are behind', async () => {
    await publish('replicated', '1.0.0');
    expect(await management.replica?.read('replicated')).toBeUndefined();
    await management.runSchedule();
    expect(JSON.parse((await management.replica?.read('replicated')) ?? '')).toMatchObject({ generation: 1 });
  });

  test('has little to do: changes write the replica themselves', async () => {
    await publish('mirrored', '1.0.0', false);
    await change('mirrored', 'flip', { version: '1.0.0' }, '0');
    expect(JSON.parse((await management.replica?.read('mirrored')) ?? '')).toMatchObject({
      current: '1.0.0',
    });
  });
});

test('the document names every path, and says what it is', async () => {
  const document = await ask('GET', '/openapi.json', { token: null });
  expect(document).toMatchObject({ status: 200, body: { openapi: '3.1.0' } });
  const { Validator } = await import('@seriousme/openapi-schema-validator');
  const result = await new Validator().validate(Object(document.body));
  expect(result).toMatchObject({ valid: true });
  expect(await readFile(new URL('../../../wrangler.toml', import.meta.url), 'utf8')).toContain(
    '[env.management]',
  );
});
