import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { readPointer } from '../../worker/registry/pointer/pointer_store.ts';
import { manifestKey } from '../../worker/registry/storage/storage_keys.ts';
import { useManagement } from './use_management.ts';

const { management, ask, change, publish } = useManagement();

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
    const read = await readPointer(management().store, 'replayed');
    expect(read).toMatchObject({ pointer: { generation: 3, current: '1.0.0' } });
  });

  test('of many callers with one generation exactly one gets through', async () => {
    await publish('raced', '1.0.0');
    await publish('raced', '1.1.0');
    const answers = await Promise.all(Array.from({ length: 8 }, () => change('raced', 'rollback', {}, '2')));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(412)]);
    expect(await readPointer(management().store, 'raced')).toMatchObject({ pointer: { generation: 3 } });
  });

  test('prune deletes what nothing points to', async () => {
    await publish('pruned', '1.0.0', false);
    await publish('pruned', '1.1.0');
    expect(await change('pruned', 'prune', { keep: 0, dryRun: true }, '*')).toMatchObject({
      body: { versions: ['1.0.0'] },
    });
    expect((await management().store.head(manifestKey('pruned', '1.0.0'))).kind).toBe('found');
    expect(await change('pruned', 'prune', { keep: 0 }, '*')).toMatchObject({ status: 200 });
    expect((await management().store.head(manifestKey('pruned', '1.0.0'))).kind).toBe('missing');
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
    const before = await readPointer(management().store, 'refusing');
    expect(await change('refusing', name, body, ifMatch)).toMatchObject({
      status,
      body: { error: expect.stringMatching(error) },
    });
    expect(await readPointer(management().store, 'refusing')).toEqual(before);
  });
});

describe('the cron trigger', () => {
  test('repairs replicas that are behind', async () => {
    await publish('replicated', '1.0.0');
    expect(await management().replica?.read('replicated')).toBeUndefined();
    await management().runSchedule();
    expect(JSON.parse((await management().replica?.read('replicated')) ?? '')).toMatchObject({
      generation: 1,
    });
  });

  test('has little to do: changes write the replica themselves', async () => {
    await publish('mirrored', '1.0.0', false);
    await change('mirrored', 'flip', { version: '1.0.0' }, '0');
    expect(JSON.parse((await management().replica?.read('mirrored')) ?? '')).toMatchObject({
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
  expect(await readFile(new URL('../../wrangler.toml', import.meta.url), 'utf8')).toContain(
    '[env.management]',
  );
});
