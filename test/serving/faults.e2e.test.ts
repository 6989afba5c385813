import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { updatePointer } from '../../worker/registry/pointer/pointer_store.ts';
import { rollbackTransition } from '../../worker/registry/pointer/pointer_transitions.ts';
import { blobKey, manifestKey, pointerKey } from '../../worker/registry/storage/storage_keys.ts';
import { wait } from '../../worker/registry/storage/waiting.ts';
import { readManifest } from '../../worker/registry/version/version_store.ts';
import { ask, readMetrics } from '../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../fixtures/edge/edge.ts';
import { changeRecord, publishDirectory, SAMPLES } from '../fixtures/models/publish_directory.ts';

const always = { condition: { kind: 'always' } } as const;
const HALF = { instances: [1, 2, 5] };
const V1 = { predictions: [2.5, 3, 4.5] };

let edge: Edge;
beforeAll(async () => {
  // The test is about faults of storage, so the cache is off.
  edge = await startEdge({ isolates: 2, variables: { BLOB_CACHE: 'off' } });
});
afterAll(() => edge.stop());

const publishHalf = (model: string, version: '1.0.0' | '1.1.0') =>
  publishDirectory(edge.store, `${SAMPLES}/half_plus_two/${version}`, model, version);

/** Writes a graph of one operation on `x` and `constant` into a new directory. */
async function graphDirectory(
  operation: Record<string, unknown>,
  options: { constant?: number[]; shape?: readonly number[]; inputSize?: number } = {},
): Promise<string> {
  const { constant = [2], shape = [constant.length], inputSize = -1 } = options;
  const directory = await mkdtemp(path.join(tmpdir(), 'edge-serving-graph-'));
  const value = { tensor: { dtype: 'DT_FLOAT', tensorShape: {} } };
  await writeFile(
    path.join(directory, 'model.json'),
    JSON.stringify({
      format: 'graph-model',
      modelTopology: {
        node: [
          {
            name: 'x',
            op: 'Placeholder',
            attr: { dtype: { type: 'DT_FLOAT' }, shape: { shape: { dim: [{ size: String(inputSize) }] } } },
          },
          { name: 'constant', op: 'Const', attr: { dtype: { type: 'DT_FLOAT' }, value } },
          { name: 'y', input: ['x', 'constant'], attr: { T: { type: 'DT_FLOAT' } }, ...operation },
        ],
        library: {},
        versions: { producer: 1 },
      },
      signature: {
        inputs: {
          x: { name: 'x:0', dtype: 'DT_FLOAT', tensorShape: { dim: [{ size: String(inputSize) }] } },
        },
        outputs: { y: { name: 'y:0', dtype: 'DT_FLOAT', tensorShape: { unknownRank: true } } },
      },
      weightsManifest: [{ paths: ['weights.bin'], weights: [{ name: 'constant', dtype: 'float32', shape }] }],
    }),
  );
  await writeFile(path.join(directory, 'weights.bin'), new Uint8Array(Float32Array.from(constant).buffer));
  return directory;
}

describe('a version whose files are wrong', () => {
  const spoil: Readonly<Record<string, (model: string) => Promise<void>>> = {
    'a blob is missing': async (model) => {
      await edge.store.delete([blobKey(await weightsDigest(model))]);
    },
    'a blob is corrupted': async (model) => {
      await edge.store.put(blobKey(await weightsDigest(model)), new Uint8Array(4).fill(1), always);
    },
    'a blob is cut short': async (model) => {
      await edge.store.put(blobKey(await weightsDigest(model)), new Uint8Array(2), always);
    },
    'the manifest is malformed': async (model) => {
      await edge.store.put(manifestKey(model, '1.1.0'), new TextEncoder().encode('{"schema":1}'), always);
    },
    'the manifest is missing': async (model) => {
      await edge.store.delete([manifestKey(model, '1.1.0')]);
    },
  };

  async function weightsDigest(model: string): Promise<string> {
    const read = await readManifest(edge.store, model, '1.1.0');
    if (read.kind !== 'found') throw new Error(read.kind);
    return read.manifest.content.blobs[1]?.sha256 ?? '';
  }

  test.each(Object.keys(spoil))('is stood in for, warm and cold: %s', async (fault) => {
    const model = fault.replaceAll(' ', '_');
    const [warm, cold] = edge.isolates;
    await publishHalf(model, '1.0.0');
    await ask(warm, `/v1/models/${model}:predict`, HALF);
    // Unique weights, so that no other test needs the files that are deleted here.
    const directory = await graphDirectory({ op: 'AddV2' }, { constant: [Math.random()] });
    await publishDirectory(edge.store, directory, model, '1.1.0');
    await spoil[fault]?.(model);
    for (const isolate of [warm, cold]) {
      const answer = await ask(isolate, `/v1/models/${model}:predict`, HALF);
      expect(answer).toMatchObject({ status: 200, version: '1.0.0', generation: 2, body: V1 });
      expect(answer.fallback).toMatch(/^1\.1\.0; /);
      const metrics = await readMetrics(isolate);
      const counted = `edge_serving_fallbacks_total{model="${model}",wanted="1.1.0",version="1.0.0"}`;
      expect(metrics.get(counted)).toBe(1);
    }
    expect(edge.log.some((line) => line.includes('load failed') && line.includes(model))).toBe(true);
    // A request for the version by name is refused, because no other version may replace it.
    const status = fault === 'the manifest is missing' ? 404 : 503;
    expect(await ask(warm, `/v1/models/${model}/versions/1.1.0:predict`, HALF)).toMatchObject({
      status,
      body: { error: expect.stringContaining('1.1.0') },
    });
    expect(await ask(warm, `/v1/models/${model}`)).toMatchObject({
      status: 200,
      body: {
        model_version_status: [
          { version: '1.1.0', state: 'END' },
          { version: '1.0.0', state: 'AVAILABLE' },
        ],
      },
    });
  });
});

describe('a model whose execution throws', () => {
  test('for all inputs, because of an unknown operation, is a version that cannot be loaded', async () => {
    await publishHalf('always_throws', '1.0.0');
    const directory = await graphDirectory({ op: 'NoSuchOperation' });
    await publishDirectory(edge.store, directory, 'always_throws', '1.1.0');
    const answer = await ask(edge.isolates[0], '/v1/models/always_throws:predict', HALF);
    expect(answer).toMatchObject({ status: 200, version: '1.0.0', body: V1 });
    expect(answer.fallback).toMatch(/NoSuchOperation.* of the node "\w+"/);
  });

  test('for some inputs refuses these and leaks nothing', async () => {
    const directory = await graphDirectory({ op: 'AddV2' }, { constant: [1, 2, 3] });
    await publishDirectory(edge.store, directory, 'sometimes_throws', '1.0.0');
    const [isolate] = edge.isolates;
    const predict = (instances: number[]) =>
      ask(isolate, '/v1/models/sometimes_throws:predict', { instances });
    expect(await predict([1, 1, 1])).toMatchObject({ status: 200, body: { predictions: [2, 3, 4] } });
    const before = (await readMetrics(isolate)).get('edge_serving_tensors');
    for (let request = 0; request < 20; request++) {
      expect(await predict([1, 1])).toMatchObject({
        status: 400,
        version: '1.0.0',
        body: { error: expect.stringContaining('sometimes_throws') },
      });
    }
    expect((await readMetrics(isolate)).get('edge_serving_tensors')).toBe(before);
  });
});

describe('the pointer', () => {
  test('that cannot be read leaves loaded models answering, and says so', async () => {
    const model = 'pointer_garbage';
    await publishHalf(model, '1.0.0');
    const [warm, cold] = edge.isolates;
    await ask(warm, `/v1/models/${model}:predict`, HALF);
    const good = await edge.store.get(pointerKey(model));
    const bytes = new TextEncoder().encode(good.kind === 'found' ? await good.object.text() : '');
    await edge.store.put(pointerKey(model), new TextEncoder().encode('not a pointer'), always);
    const answer = await ask(warm, `/v1/models/${model}:predict`, HALF);
    expect(answer).toMatchObject({ status: 200, version: '1.0.0', body: V1 });
    expect(answer.stalePointer).toContain('malformed');
    expect(await ask(cold, `/v1/models/${model}:predict`, HALF)).toMatchObject({ status: 503 });
    await edge.store.put(pointerKey(model), bytes, always);
    expect(await ask(warm, `/v1/models/${model}:predict`, HALF)).toMatchObject({
      status: 200,
      stalePointer: null,
    });
  });
});

describe('a client that goes away in mid-load', () => {
  test('takes no other request with it, and the load happens once', async () => {
    // Large enough to be still loading when its client disconnects. Every integer up to this size is a float32.
    const size = 6_000_000;
    const directory = await graphDirectory(
      { op: 'Max', input: ['constant', 'x'], attr: { keep_dims: { b: true } } },
      { constant: Array.from({ length: size }, (_, index) => index), inputSize: 1 },
    );
    await publishDirectory(edge.store, directory, 'large', '1.0.0');
    for (const isolate of edge.isolates) {
      const gone = new AbortController();
      const path = '/v1/models/large:predict';
      const first = ask(isolate, path, { inputs: [0] }, { signal: gone.signal }).catch(() => 'gone');
      await wait(10);
      gone.abort();
      expect(await first).toBe('gone');
      const others = Array.from({ length: 4 }, () => ask(isolate, path, { inputs: [0] }));
      for (const answer of await Promise.all(others)) {
        expect(answer).toMatchObject({ status: 200, body: { outputs: [size - 1] } });
      }
      const metrics = await readMetrics(isolate);
      expect(metrics.get('edge_serving_loads_total{model="large",version="1.0.0",outcome="loaded"}')).toBe(1);
    }
  });
});

describe('a rollback', () => {
  test('answers from memory what was current before', async () => {
    const model = 'warm_rollback';
    await publishHalf(model, '1.0.0');
    const [isolate] = edge.isolates;
    await ask(isolate, `/v1/models/${model}:predict`, HALF);
    await publishHalf(model, '1.1.0');
    await ask(isolate, `/v1/models/${model}:predict`, HALF);
    await updatePointer(edge.store, model, rollbackTransition(undefined, changeRecord()), { wait });
    expect(await ask(isolate, `/v1/models/${model}:predict`, HALF)).toMatchObject({
      version: '1.0.0',
      body: V1,
    });
    const metrics = await readMetrics(isolate);
    expect(metrics.get(`edge_serving_loads_total{model="${model}",version="1.0.0",outcome="loaded"}`)).toBe(
      1,
    );
  });
});
