import { describe, expect, test } from 'vitest';
import { updatePointer } from '../../../worker/registry/pointer/pointer_store.ts';
import { pruneTransition } from '../../../worker/registry/pointer/pointer_transitions.ts';
import { wait } from '../../../worker/registry/storage/waiting.ts';
import { ModelServer } from '../../../worker/serving/request/model_server.ts';
import { Phases } from '../../../worker/serving/request/phases.ts';
import { PointerSource, pointerReader } from '../../../worker/serving/request/pointer_source.ts';
import { serve } from '../../../worker/serving/request/serve.ts';
import { ServableManager } from '../../../worker/serving/servables/servable_manager.ts';
import { fakeLoader, requestScope } from '../../fixtures/worker/fake_servables.ts';
import { hookedObjectStore } from '../../fixtures/worker/hooked_object_store.ts';
import { bucket, changeRecord, publish, uniqueModel } from '../../fixtures/worker/published_models.ts';

/** A server whose clock advances by one at each read. */
function createServer(storage: { down: boolean } = { down: false }) {
  const store = hookedObjectStore(bucket, {
    before: () => {
      if (storage.down) throw new Error('storage is down');
    },
  });
  let time = 0;
  const now = () => time++;
  const source = new PointerSource(pointerReader(store), {
    leaseLimitMs: 0,
    sleep: async () => {},
    timeoutMs: 5_000,
    now,
    onPointer: () => {},
  });
  const manager = new ServableManager(store, {
    budgetBytes: 1e9,
    now,
    load: fakeLoader().load,
    events: { loaded: () => {}, loadFailed: () => {}, unloaded: () => {} },
  });
  const server = new ModelServer(store, source, manager, {
    onLoadFailure: 'previous',
    events: { speculation: () => {}, fallback: () => {}, stalePointer: () => {} },
  });
  return { server, now };
}

const target = (model: string) => ({ model, selector: { kind: 'current' } }) as const;

describe('the lists', () => {
  test('of models and versions are those that can be asked for', async () => {
    const [model, other] = [uniqueModel(), uniqueModel()];
    for (const version of ['10', '9', '1']) await publish(model, version);
    await publish(other, '1.0.0');
    const { server } = createServer();
    expect(await server.models()).toEqual([model, other].sort());
    expect(await server.versions(model)).toEqual(['1', '9', '10']);
    const prune = pruneTransition(() => ['10'], changeRecord());
    await updatePointer(bucket, model, prune, { wait });
    expect(await server.describe(target(model))).toMatchObject({
      kind: 'described',
      format: expect.any(String),
    });
    expect(await server.versions(model)).toEqual(['1', '9']);
    expect(await server.versions('../..')).toEqual([]);
  });

  test('are undefined while storage is down', async () => {
    const { server } = createServer({ down: true });
    expect(await server.models()).toBeUndefined();
    expect(await server.versions('any')).toBeUndefined();
  });
});

test('a request is told what it waited for: loading the first time, then only the pointer', async () => {
  const model = uniqueModel();
  await publish(model, '1.0.0');
  const { server, now } = createServer();
  const phasesOf = async () => {
    const phases = new Phases(now);
    await serve(server, target(model), ({ version }) => version, { ...requestScope(), phases });
    return [...phases.durations()];
  };
  const waited = expect.any(Number);
  expect(await phasesOf()).toEqual([
    ['pointer', waited],
    ['load', waited],
  ]);
  expect(await phasesOf()).toEqual([['pointer', waited]]);
});
