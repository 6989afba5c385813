import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, createClient, type PredictOptions } from '../../client/index.ts';
import { updatePointer } from '../../worker/registry/pointer/pointer_store.ts';
import { rollbackTransition } from '../../worker/registry/pointer/pointer_transitions.ts';
import { wait } from '../../worker/registry/storage/waiting.ts';
import { REPOSITORY } from '../fixtures/edge/built_worker.ts';
import { type Edge, startEdge } from '../fixtures/edge/edge.ts';
import { ECHO_SIGNATURES, writeEchoModel } from '../fixtures/models/echo_model.ts';
import { changeRecord, publishDirectory, SAMPLES } from '../fixtures/models/publish_directory.ts';

const KEY = 'a-key-of-at-least-sixteen-characters';

let edge: Edge;
let url: URL;
let client: Client;

beforeAll(async () => {
  edge = await startEdge({
    isolates: 1,
    variables: { POINTER_LEASE_MS: '0', PREDICT_API_KEYS: KEY, VERSIONS_BY_NUMBER: 'any' },
  });
  url = edge.isolates[0] ?? new URL('http://nowhere');
  client = createClient({ url, key: KEY });
  const echo = await writeEchoModel();
  await publishDirectory(edge.store, echo, 'echo', '1', {
    change: (content) => ({ ...content, signatures: ECHO_SIGNATURES }),
  });
  await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.0.0`, 'half', '1.0.0');
  await publishDirectory(edge.store, `${SAMPLES}/digits/1.0.0`, 'digits', '1.0.0');
});
afterAll(() => edge.stop());

describe('predict', () => {
  test('sends and returns typed arrays, with the version that answered', async () => {
    expect(await client.predict('half', { x: Float32Array.of(1, 2, 5) })).toEqual({
      ok: true,
      version: '1.0.0',
      generation: 1,
      outputs: { y: { dtype: 'float32', shape: [3], values: Float32Array.of(2.5, 3, 4.5) } },
    });
  });

  test('returns every value of each dtype unchanged', async () => {
    const floats = Float32Array.of(0, -0, 1e-45, 3.4028234663852886e38, Number.NaN, Number.NEGATIVE_INFINITY);
    const cases = [
      ['float', { values: floats, shape: [2, 3] }, { dtype: 'float32', shape: [2, 3], values: floats }],
      [
        'int',
        Int32Array.of(-(2 ** 31), 7),
        { dtype: 'int32', shape: [2], values: Int32Array.of(-(2 ** 31), 7) },
      ],
      ['bool', [true, false], { dtype: 'bool', shape: [2], values: Uint8Array.of(1, 0) }],
      [
        'string',
        ['é', '', Uint8Array.of(0, 255)],
        {
          dtype: 'string',
          shape: [3],
          values: [Uint8Array.of(195, 169), Uint8Array.of(), Uint8Array.of(0, 255)],
        },
      ],
    ] as const;
    for (const [signature, x, y] of cases) {
      expect(await client.predict('echo', { x }, { signature })).toMatchObject({ ok: true, outputs: { y } });
    }
  });

  test('returns only the outputs that are asked for', async () => {
    const inputs = { int_tensor: 1, str_tensor: 'a', float_tensor: 2.5 };
    const answer = await client.predict('echo', inputs, { signature: 'mixed', outputs: ['float_tensor'] });
    expect(answer).toMatchObject({ ok: true });
    expect(answer.ok && Object.keys(answer.outputs)).toEqual(['float_tensor']);
  });

  test('returns refusals as values', async () => {
    expect(await client.predict('nothing', { x: 1 })).toMatchObject({ ok: false, status: 404 });
    expect(await client.predict('half', { z: 1 })).toEqual({
      ok: false,
      status: 400,
      message: 'model half has no input "z"; its inputs are "x" (float32, [-1])',
    });
    expect(await createClient({ url }).predict('half', { x: 1 })).toMatchObject({ ok: false, status: 401 });
  });

  test('follows a flip to a version with another signature', async () => {
    const flipping = createClient({ url, key: KEY });
    await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.0.0`, 'flipped', '1.0.0');
    expect(await flipping.predict('flipped', { x: [1] })).toMatchObject({ version: '1.0.0' });
    const { string } = ECHO_SIGNATURES;
    if (string === undefined) throw new Error('the echo model has no strings');
    const ofStrings = { serving_default: string };
    await publishDirectory(edge.store, await writeEchoModel(), 'flipped', '2.0.0', {
      change: (content) => ({
        ...content,
        signatures: ofStrings,
      }),
    });
    expect(await flipping.predict('flipped', { x: ['a'] })).toMatchObject({
      ok: true,
      version: '2.0.0',
      outputs: { y: { values: [Uint8Array.of(97)] } },
    });
  });

  test('never goes back behind a generation that it has seen, if told so', async () => {
    const asked: string[] = [];
    const listening = createClient({
      url,
      key: KEY,
      neverBack: true,
      fetch: (input, init) => {
        asked.push(new Headers(init?.headers).get('x-minimum-generation') ?? 'none');
        return fetch(input, init);
      },
    });
    await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.0.0`, 'back', '1.0.0');
    await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.1.0`, 'back', '1.1.0');
    expect(await listening.predict('back', { x: 1 })).toMatchObject({ generation: 2 });
    await updatePointer(edge.store, 'back', rollbackTransition(undefined, changeRecord()), { wait });
    expect(await listening.predict('back', { x: 1 })).toMatchObject({ generation: 3, version: '1.0.0' });
    expect(asked).toEqual(['none', 'none', '2']);
  });
});

test('an option that does not exist is refused, and not ignored', async () => {
  // As in JavaScript, where no type is checked.
  const options: PredictOptions = JSON.parse('{"label":"stable"}');
  expect(await client.predict('half', { x: [1] }, options)).toMatchObject({
    ok: false,
    status: 400,
    message: expect.stringContaining('there is no option "label"'),
  });
  const misspelled = { url, neverback: true };
  expect(() => createClient(misspelled)).toThrow('there is no option "neverback"');
  expect(() => createClient({ url: 'localhost:8787' })).toThrow('url is an address such as https://');
});

describe('requests', () => {
  const answering = (...statuses: number[]) => {
    const sent: number[] = [];
    const send: typeof fetch = async () => {
      const status = statuses[sent.length] ?? 200;
      sent.push(status);
      if (status === 0) throw new TypeError('the connection broke');
      return Response.json(status === 200 ? { models: ['m'] } : { error: 'busy' }, {
        status,
        headers: { 'retry-after': '0' },
      });
    };
    return { sent, client: createClient({ url, fetch: send }) };
  };

  test('are repeated if the server cannot answer now', async () => {
    for (const status of [429, 503, 0]) {
      const { sent, client: asking } = answering(status);
      expect(await asking.models()).toEqual({ ok: true, models: ['m'] });
      expect(sent).toEqual([status, 200]);
    }
  });

  test('are not repeated for ever, and not at all if they are wrong', async () => {
    const busy = answering(503, 503, 503, 503);
    expect(await busy.client.models()).toEqual({ ok: false, status: 503, message: 'busy' });
    expect(busy.sent).toEqual([503, 503, 503]);
    const wrong = answering(400);
    expect(await wrong.client.models()).toMatchObject({ ok: false, status: 400 });
    expect(wrong.sent).toEqual([400]);
  });
});

test('classify takes an image', async () => {
  const image = new Blob([await readFile(path.join(SAMPLES, 'digits/seven.png'))]);
  const answer = await client.classify('digits', image, { top: 2 });
  expect(answer).toMatchObject({ ok: true, version: '1.0.0', classes: [{ label: '7' }, {}] });
});

test('metadata and models tell what there is', async () => {
  expect(await client.metadata('echo')).toMatchObject({
    ok: true,
    version: '1',
    signatures: {
      scores: {
        inputs: { x: { dtype: 'float32', shape: [-1, 3] } },
        outputs: { y: { dtype: 'float32', shape: null, classes: ['car', 'bike', 'bus'] } },
      },
    },
  });
  expect(await client.models()).toMatchObject({
    ok: true,
    models: expect.arrayContaining(['digits', 'echo']),
  });
});

test('the client is below 6 kB', async () => {
  const { outputFiles } = await build({
    entryPoints: [path.join(REPOSITORY, 'client/index.ts')],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
  });
  const [file] = outputFiles;
  expect(gzipSync(file?.contents ?? '').length).toBeLessThan(6000);
});
