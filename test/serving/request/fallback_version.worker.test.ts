import { describe, expect, test } from 'vitest';
import { manifestKey } from '../../../worker/registry/storage/storage_keys.ts';
import type { Manifest } from '../../../worker/registry/version/manifest.ts';
import { serve } from '../../../worker/serving/request/serve.ts';
import { requestScope } from '../../fixtures/worker/fake_servables.ts';
import { createServer, publish, target, versionOf } from '../../fixtures/worker/model_server.ts';
import { bucket, uniqueModel } from '../../fixtures/worker/published_models.ts';

describe('a current version that cannot be loaded', () => {
  const failing = (version: string) => (manifest: Manifest) => {
    if (manifest.version === version) throw new Error('it is broken');
  };

  test('is replaced by the last version that this isolate served, and the answer says so', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    const { server, counted } = createServer({
      prepare: ({ version }) => {
        if (version !== '1.0.0') throw new Error('it is broken');
      },
    });
    await serve(server, target(model), versionOf, requestScope());
    // The previous version cannot be loaded either.
    for (const version of ['2.0.0', '3.0.0']) await publish(model, version);
    const outcome = await serve(server, target(model), versionOf, requestScope());
    expect(outcome).toMatchObject({
      kind: 'served',
      answer: '1.0.0',
      by: { version: '1.0.0', generation: 3, fallback: { wanted: '3.0.0', reason: 'it is broken' } },
    });
    expect(counted).toContain('1.0.0 for 3.0.0');
  });

  test('is replaced by the previous version in an isolate that has served nothing', async () => {
    const model = uniqueModel();
    for (const version of ['1.0.0', '2.0.0']) await publish(model, version);
    const { server } = createServer({ prepare: failing('2.0.0') });
    expect(await serve(server, target(model), versionOf, requestScope())).toMatchObject({
      answer: '1.0.0',
      by: { fallback: { wanted: '2.0.0' } },
    });
  });

  test('delays only the first request, and is served as soon as it can be loaded', async () => {
    const model = uniqueModel();
    for (const version of ['1.0.0', '2.0.0']) await publish(model, version);
    let broken = true;
    const { server, clock, loads } = createServer({
      prepare: ({ version }) => {
        if (version === '2.0.0' && broken) throw new Error('it is broken');
      },
    });
    for (let request = 0; request < 5; request++) {
      expect(await serve(server, target(model), versionOf, requestScope())).toMatchObject({
        answer: '1.0.0',
      });
    }
    expect(loads).toEqual(['2.0.0', '1.0.0']);
    broken = false;
    clock.now += 1_000;
    const scope = requestScope();
    expect(await serve(server, target(model), versionOf, scope)).toMatchObject({ answer: '1.0.0' });
    await scope.settled();
    const outcome = await serve(server, target(model), versionOf, requestScope());
    expect(outcome).toMatchObject({ answer: '2.0.0' });
    expect(outcome.kind === 'served' && outcome.by.fallback).toBeUndefined();
  });

  test('is refused with ON_LOAD_FAILURE=error, and if a version or label is named', async () => {
    const model = uniqueModel();
    for (const version of ['1.0.0', '2.0.0']) await publish(model, version);
    const unavailable = { kind: 'unavailable', version: '2.0.0', reason: 'it is broken' };
    const strict = createServer({ prepare: failing('2.0.0'), onLoadFailure: 'error' });
    expect(await serve(strict.server, target(model), versionOf, requestScope())).toEqual(unavailable);
    const { server } = createServer({ prepare: failing('2.0.0') });
    const byVersion = { model, selector: { kind: 'version', version: '2.0.0' } } as const;
    expect(await serve(server, byVersion, versionOf, requestScope())).toEqual(unavailable);
  });

  test('whose manifest is missing is replaced too', async () => {
    const model = uniqueModel();
    for (const version of ['1.0.0', '2.0.0']) await publish(model, version);
    await bucket.delete([manifestKey(model, '2.0.0')]);
    const { server } = createServer();
    expect(await serve(server, target(model), versionOf, requestScope())).toMatchObject({
      answer: '1.0.0',
      by: { fallback: { wanted: '2.0.0', reason: 'it has no manifest' } },
    });
  });

  test('without a fallback version is refused with the reason', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    const { server } = createServer({ prepare: failing('1.0.0') });
    for (let request = 0; request < 2; request++) {
      expect(await serve(server, target(model), versionOf, requestScope())).toEqual({
        kind: 'unavailable',
        version: '1.0.0',
        reason: 'it is broken',
      });
    }
  });
});
