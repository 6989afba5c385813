import { describe, expect, test } from 'vitest';
import { readPointer } from '../../worker/registry/pointer/pointer_store.ts';
import { historyKey, historyPrefix, pointerKey } from '../../worker/registry/storage/storage_keys.ts';
import { type AskOptions, type TokenName, useManagement } from './use_management.ts';

const { management, ask, change, publish } = useManagement();

const always = { condition: { kind: 'always' } } as const;
const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const put = (key: string, body: string, options: AskOptions = {}) =>
  ask('PUT', `/api/v1/objects/${key}`, { ...options, body });
const everyToken: readonly TokenName[] = ['viewer', 'ci', 'flipper', 'other', 'ops'];
describe('the history', () => {
  test('cannot be written with any token: clients do not write pointers', async () => {
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

  test('cannot be written into the archive either, and everyone who may read can read it', async () => {
    await publish('archived', '1.0.0');
    const key = historyKey('archived', 1);
    for (const token of everyToken) {
      expect(await put(key, '{}', { token })).toMatchObject({ status: 405 });
      expect(await ask('DELETE', `/api/v1/objects/${key}`, { token })).toMatchObject({ status: 405 });
    }
    await management().store.put(key, encode({ generation: 1 }), always);
    expect(await ask('GET', `/api/v1/objects/${key}`)).toMatchObject({
      status: 200,
      body: '{"generation":1}',
    });
    expect(await ask('GET', `/api/v1/objects/${historyPrefix('archived')}1.json`)).toMatchObject({
      status: 400,
    });
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
      delayMs: 0,
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
    ['another token in the name, from right to left', { by: '\u202etoor aiv' }, /by: has control characters/],
    ['a line break in the name', { by: 'a\nb' }, /by: has control characters/],
    ['a C1 escape in the reason', { reason: 'a\u009b2J' }, /reason: has control characters/],
    ['a carriage return in the reason', { reason: 'a\rb' }, /reason: has control characters/],
    ['a reason that is too long', { reason: 'x'.repeat(1001) }, /reason/],
    ['__proto__', JSON.parse('{"__proto__":{"to":"1.0.0"}}'), /__proto__|version/],
  ])('does not take %s from a client', async (_, members, error) => {
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

  test('has one entry for a change that was sent twice with one Idempotency-Key', async () => {
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
    // A second rollback would return to the version that the first one left.
    expect(await send('flipper')).toEqual(first);
    expect(await readPointer(management().store, 'twice')).toMatchObject({
      pointer: { generation: 3, current: '1.0.0' },
    });
    // The key belongs to the token and the request, so that no client gets the change of another one as its answer.
    expect((await send('ops')).body).toMatchObject({ change: null, pointer: { current: '1.0.0' } });
    expect(await send('ops', { to: '1.1.0' })).toMatchObject({
      body: { change: { by: 'ops', to: '1.1.0' } },
    });
    expect(await send('flipper', { to: '1.0.0' })).toMatchObject({ body: { change: { to: '1.0.0' } } });
    expect(await send('flipper', {}, 'a b')).toMatchObject({ status: 400 });
    expect(await readPointer(management().store, 'twice')).toMatchObject({ pointer: { generation: 5 } });
  });

  test('does not grow without bound by labels', async () => {
    await publish('labeled', '1.0.0');
    const read = await readPointer(management().store, 'labeled');
    if (read.kind !== 'found') throw new Error(read.kind);
    const labels = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`l${index}`, '1.0.0']));
    await management().store.put(pointerKey('labeled'), encode({ ...read.pointer, labels }), always);
    const label = (name: string, action: 'flip' | 'label') =>
      change('labeled', action, { label: name, version: '1.0.0' }, '*');
    for (const action of ['flip', 'label'] as const) {
      expect(await label('one_more', action)).toMatchObject({
        status: 409,
        body: { error: expect.stringContaining('100 labels') },
      });
    }
    expect(await change('labeled', 'unlabel', { label: 'l7' }, '*')).toMatchObject({ status: 200 });
    expect(await label('one_more', 'label')).toMatchObject({ status: 200 });
  });
});
