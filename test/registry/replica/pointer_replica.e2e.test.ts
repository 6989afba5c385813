import { afterAll, beforeAll, expect, test } from 'vitest';
import { updatePointer } from '../../../worker/registry/pointer/pointer_store.ts';
import { rollbackTransition } from '../../../worker/registry/pointer/pointer_transitions.ts';
import type { PointerReplica } from '../../../worker/registry/replica/pointer_replica.ts';
import { ReplicatingObjectStore } from '../../../worker/registry/storage/replicating_object_store.ts';
import { wait } from '../../../worker/registry/storage/waiting.ts';
import { ask } from '../../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { changeRecord, publishDirectory, SAMPLES } from '../../fixtures/models/publish_directory.ts';

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 2, replica: true, variables: { POINTER_SOURCE: 'kv' } });
});
afterAll(() => edge.stop());

function replica(): PointerReplica {
  if (edge.replica === undefined) throw new Error('the edge has no replica');
  return edge.replica;
}

const replicating = () =>
  new ReplicatingObjectStore(edge.store, replica(), {
    wait,
    onFault: (model, error) => {
      throw new Error(`${model}: ${error}`);
    },
  });

const publish = (store: typeof edge.store, model: string, version: '1.0.0' | '1.1.0') =>
  publishDirectory(store, `${SAMPLES}/half_plus_two/${version}`, model, version);

const predict = (model: string, isolate = 0) =>
  ask(edge.isolates[isolate], `/v1/models/${model}:predict`, { instances: [1] });

test('isolates serve what the replica says, flips and rollbacks included', async () => {
  await publish(replicating(), 'half', '1.0.0');
  expect(await predict('half')).toMatchObject({ status: 200, version: '1.0.0', generation: 1 });
  await publish(replicating(), 'half', '1.1.0');
  for (const isolate of [0, 1]) expect(await predict('half', isolate)).toMatchObject({ version: '1.1.0' });
  await updatePointer(replicating(), 'half', rollbackTransition(undefined, changeRecord()), { wait });
  for (const isolate of [0, 1]) {
    expect(await predict('half', isolate)).toMatchObject({ version: '1.0.0', generation: 3 });
  }
});

test('an isolate that knows a newer generation does not follow an older replica', async () => {
  await publish(replicating(), 'forward', '1.0.0');
  const old = await replica().read('forward');
  await publish(replicating(), 'forward', '1.1.0');
  expect(await predict('forward')).toMatchObject({ version: '1.1.0' });
  await replica().write('forward', old ?? '');
  expect(await predict('forward')).toMatchObject({ version: '1.1.0', generation: 2, stalePointer: null });
  // A new isolate can only use the replica.
  expect(await predict('forward', 1)).toMatchObject({ version: '1.0.0', generation: 1 });
});

test('a pointer that the replica does not have is read from the bucket', async () => {
  await publish(edge.store, 'unreplicated', '1.0.0');
  expect(await predict('unreplicated')).toMatchObject({ status: 200, version: '1.0.0' });
  expect(await predict('nowhere')).toMatchObject({ status: 404 });
});

test('without the binding the configuration is refused', async () => {
  const unbound = await startEdge({ isolates: 1, variables: { POINTER_SOURCE: 'kv' } });
  try {
    expect(await ask(unbound.isolates[0], '/healthz')).toMatchObject({
      status: 500,
      body: { error: 'configuration: POINTER_SOURCE "kv" needs a KV namespace bound as POINTERS' },
    });
  } finally {
    await unbound.stop();
  }
});
