import { describe, expect, test } from 'vitest';
import { bodyOf, SentInPieces } from '../../../worker/http/answer/answer_text.ts';
import { readBody } from '../../../worker/http/body/request_body.ts';
import { RequestMemory } from '../../../worker/http/memory/request_memory.ts';
import { createOpenInferenceHandler } from '../../../worker/http/open_inference/handler.ts';
import { createTensorFlowServingHandler } from '../../../worker/http/tensorflow_serving/handler.ts';
import type { ServableView } from '../../../worker/serving/api.ts';
import { fakeServing } from '../../fixtures/worker/fake_serving.ts';

const MEBIBYTE = 1024 * 1024;
const SCOPE = { waitUntil: () => undefined };
const V1 = '/v1/models/half_plus_two:predict';
const V2 = '/v2/models/half_plus_two/infer';

function ask(memory: RequestMemory, path: string, body: BodyInit, execute?: ServableView['execute']) {
  const options = {
    serving: fakeServing(execute === undefined ? {} : { execute }),
    maxRequestBytes: 8 * MEBIBYTE,
    memory,
  };
  const handler = path === V1 ? createTensorFlowServingHandler(options) : createOpenInferenceHandler(options);
  return handler(new Request(`http://test${path}`, { method: 'POST', body }), path, SCOPE);
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index % 7);
const requestOf = (path: string, values: readonly number[]): string =>
  path === V1
    ? JSON.stringify({ instances: values })
    : JSON.stringify({ inputs: [{ name: 'x', shape: [values.length], datatype: 'FP32', data: values }] });
const valuesOf = async (path: string, response: Response): Promise<unknown> => {
  const answer: unknown = await response.json();
  return path === V1
    ? Reflect.get(Object(answer), 'predictions')
    : Reflect.get(Object(Reflect.get(Object(answer), 'outputs')[0]), 'data');
};

describe.each([V1, V2])('the memory of a request to %s', (path) => {
  test.each([10, 32_768, 32_769, 100_000])('is given back with its answer of %i values', async (count) => {
    const memory = new RequestMemory(8 * MEBIBYTE);
    const values = numbers(count);
    const response = await ask(memory, path, requestOf(path, values));
    expect(response.status).toBe(200);
    expect(await valuesOf(path, response)).toEqual(values.map((value) => value / 2 + 3));
    expect(memory.held).toBe(0);
  });

  test('is held until a large answer was fetched or canceled', async () => {
    const memory = new RequestMemory(8 * MEBIBYTE);
    const response = await ask(memory, path, requestOf(path, numbers(100_000)));
    // Two bytes per number in the text, and four in each of the input and output tensors.
    expect(memory.held).toBeGreaterThanOrEqual(1_000_000);
    await response.body?.cancel();
    expect(memory.held).toBe(0);
  });

  test.each([
    ['is no JSON', '{'.repeat(300_000)],
    [
      'has the wrong shape',
      '{"instances":["a"],"inputs":[{"name":"x","shape":[2],"datatype":"FP32","data":[1]}]}',
    ],
  ])('is given back where it %s', async (_name, body) => {
    const memory = new RequestMemory(8 * MEBIBYTE);
    expect((await ask(memory, path, body)).status).toBe(400);
    expect(memory.held).toBe(0);
  });

  test('is given back where the computation fails, or breaks', async () => {
    const memory = new RequestMemory(8 * MEBIBYTE);
    const body = requestOf(path, numbers(100));
    const failed = await ask(memory, path, body, () => ({ kind: 'failed', reason: 'no kernel' }));
    expect(failed.status).toBe(400);
    expect(memory.held).toBe(0);
    const broken = ask(memory, path, body, () => {
      throw new Error('broken');
    });
    await expect(broken).rejects.toThrow('broken');
    expect(memory.held).toBe(0);
  });

  test('is refused if it exceeds the limit by itself, with the numbers and the variable', async () => {
    const memory = new RequestMemory(MEBIBYTE);
    const inputs = await ask(memory, path, requestOf(path, numbers(200_000)));
    expect([inputs.status, inputs.headers.get('retry-after')]).toEqual([413, null]);
    expect(await inputs.json()).toEqual({
      error: expect.stringMatching(
        /^The inputs: 0\.8 MB beside the 0\.4 MB .* REQUEST_MEMORY_MB .* 1\.0 MB$/,
      ),
    });
    const body = await ask(memory, path, ' '.repeat(2 * MEBIBYTE));
    expect(body.status).toBe(413);
    expect(await body.json()).toEqual({ error: expect.stringMatching(/^The request body: /) });
    const values = new Float32Array(200_000);
    const outputs = await ask(memory, path, requestOf(path, [1]), () => ({
      kind: 'computed',
      outputs: new Map([['y', { dtype: 'float32', shape: [values.length], values }]]),
    }));
    // 800 000 bytes fit, and 1 200 000 do not.
    expect(outputs.status).toBe(200);
    await outputs.body?.cancel();
    expect(memory.held).toBe(0);
  });

  test('is refused for now while other requests hold it, and small requests are not', async () => {
    const memory = new RequestMemory(MEBIBYTE);
    const others = [memory.open(), memory.open()];
    for (const other of others) expect(other.takeBody(0.75 * MEBIBYTE - 1000)).toBeUndefined();
    const large = await ask(memory, path, requestOf(path, numbers(100_000)));
    expect([large.status, large.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await large.json()).toEqual({ error: expect.stringMatching(/ask again/) });
    expect(await valuesOf(path, await ask(memory, path, requestOf(path, [1, 2])))).toEqual([3.5, 4]);
    for (const other of others) other.release();
    expect((await ask(memory, path, requestOf(path, numbers(100_000)))).status).toBe(200);
  });
});

describe('a request that does not go on', () => {
  test('loses its memory to others after a while, and no sooner', () => {
    let now = 0;
    const memory = new RequestMemory(MEBIBYTE, () => now);
    const idle = memory.open();
    const busy = memory.open();
    idle.takeBody(MEBIBYTE);
    now = 29_000;
    busy.takeBody(MEBIBYTE / 2);
    const late = memory.open();
    expect(late.takeBody(MEBIBYTE)).toMatchObject({ kind: 'busy' });
    now = 31_000;
    expect(late.takeBody(MEBIBYTE)).toBeUndefined();
    expect(memory.held).toBe(1.5 * MEBIBYTE);
    expect(idle.takeBody(1)).toMatchObject({ kind: 'busy', message: expect.stringMatching(/slowly/) });
    for (const share of [idle, busy, late]) share.release();
    expect(memory.held).toBe(0);
  });

  test('while its answer is fetched gets an error and not the rest', async () => {
    let now = 0;
    const memory = new RequestMemory(MEBIBYTE, () => now);
    const share = memory.open();
    share.takeBody(MEBIBYTE);
    function* pieces() {
      for (;;) yield new Uint8Array(10);
    }
    const body = bodyOf(new SentInPieces(pieces()), share);
    share.endHandling();
    const reader = new Response(body).body?.getReader();
    expect((await reader?.read())?.value?.length).toBe(10);
    now = 40_000;
    const others = [memory.open(), memory.open()];
    for (const other of others) expect(other.takeBody(0.75 * MEBIBYTE)).toBeUndefined();
    await expect(reader?.read()).rejects.toThrow(/slowly/);
    expect(memory.held).toBe(1.5 * MEBIBYTE);
  });
});

describe('a body', () => {
  const chunked = (chunks: number, bytes: number) => {
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1;
        if (sent > chunks) controller.close();
        else controller.enqueue(new Uint8Array(bytes).fill(sent));
      },
    });
    const init = { method: 'POST', body, duplex: 'half' };
    return new Request('http://test/', init);
  };

  test('without a length is counted as it comes', async () => {
    const memory = new RequestMemory(MEBIBYTE);
    const fits = memory.open();
    const read = await readBody(chunked(10, 100_000), 8 * MEBIBYTE, fits);
    expect(read.kind === 'read' && [read.bytes.length, read.bytes[99_999], read.bytes[900_000]]).toEqual([
      1_000_000, 1, 10,
    ]);
    expect(memory.held).toBe(1_000_000);
    fits.release();
    expect(await readBody(chunked(11, 100_000), 8 * MEBIBYTE, memory.open())).toMatchObject({
      kind: 'too large',
      message: expect.stringContaining('REQUEST_MEMORY_MB'),
    });
  });
});
