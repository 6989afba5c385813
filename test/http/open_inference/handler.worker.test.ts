import { describe, expect, test } from 'vitest';
import { RequestMemory } from '../../../worker/http/memory/request_memory.ts';
import type { RequestRecord } from '../../../worker/http/metrics/request_metrics.ts';
import { createOpenInferenceHandler } from '../../../worker/http/open_inference/handler.ts';
import type { Serving } from '../../../worker/serving/api.ts';
import { fakeServing, GENERATION } from '../../fixtures/worker/fake_serving.ts';

const scope = { waitUntil: () => undefined };

function asked(serving: Serving, path: string, body?: string, headers: Record<string, string> = {}) {
  const answer = createOpenInferenceHandler({
    serving,
    maxRequestBytes: 500,
    memory: new RequestMemory(100_000),
  });
  const request = new Request(`https://server${path}`, {
    headers,
    ...(body === undefined ? {} : { method: 'POST', body }),
  });
  return answer(request, path, scope);
}

const infer = (inputs: unknown, more: object = {}) => JSON.stringify({ inputs, ...more });
const X = { name: 'x', shape: [2], datatype: 'FP32', data: [1, 2] };

describe('an inference request', () => {
  test('is computed by the version that the path names', async () => {
    for (const [path, version, data] of [
      ['/v2/models/half_plus_two/infer', '2', [3.5, 4]],
      ['/v2/models/half_plus_two/versions/1/infer', '1', [2.5, 3]],
      ['/v2/models/half_plus_two/versions/0001/infer', '1', [2.5, 3]],
    ] as const) {
      const response = await asked(fakeServing(), path, infer([X], { id: 'i' }));
      expect(await response.json()).toEqual({
        model_name: 'half_plus_two',
        model_version: version,
        id: 'i',
        outputs: [{ name: 'y', shape: [2], datatype: 'FP32', data }],
      });
      expect(response.headers.get('x-model-version')).toBe(version);
      expect(response.headers.get('x-model-generation')).toBe(String(GENERATION));
    }
  });

  test('chooses a signature by a parameter', async () => {
    const body = infer([X], { parameters: { signature_name: 'total' } });
    const response = await asked(fakeServing(), '/v2/models/half_plus_two/infer', body);
    expect(await response.json()).toMatchObject({ outputs: [{ name: 'total', shape: [], data: [3] }] });
  });

  test('that is malformed is refused before the model is looked up', async () => {
    const serving = fakeServing();
    for (const [body, headers, status] of [
      ['{}', {}, 400],
      [infer([X]), { 'inference-header-content-length': 'x' }, 400],
      ['x'.repeat(501), {}, 413],
    ] as const) {
      expect((await asked(serving, '/v2/models/nobody/infer', body, headers)).status).toBe(status);
    }
    expect(serving.calls).toEqual([]);
  });

  test('reports a fallback version and a failure of the model in its headers and its message', async () => {
    const by = { fallback: { wanted: '3', reason: 'a blob is missing' } };
    const stoodIn = await asked(fakeServing({ by }), '/v2/models/half_plus_two/infer', infer([X]));
    expect(stoodIn.headers.get('x-model-fallback')).toBe('3; a blob is missing');
    const execute = () => ({ kind: 'failed', reason: 'no kernel' }) as const;
    const failed = await asked(fakeServing({ execute }), '/v2/models/half_plus_two/infer', infer([X]));
    expect(failed.status).toBe(400);
    expect(failed.headers.get('x-model-version')).toBe('2');
    expect(await failed.json()).toEqual({ error: expect.stringContaining('no kernel') });
  });

  test('quotes only a short excerpt of the request', async () => {
    const input = { ...X, name: 'n'.repeat(400) };
    const response = await asked(fakeServing(), '/v2/models/half_plus_two/infer', infer([input]));
    expect(response.status).toBe(400);
    expect((await response.text()).length).toBeLessThan(450);
  });
});

describe('a model', () => {
  test('that cannot be served is not ready, and says why', async () => {
    const response = await asked(fakeServing(), '/v2/models/broken/ready');
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      error: 'Model with name broken is not ready. Version 3: a blob is missing',
    });
  });

  test('describes itself even while its versions cannot be listed', async () => {
    const serving = { ...fakeServing(), versions: async () => undefined };
    const response = await asked(serving, '/v2/models/half_plus_two');
    expect(await response.json()).toEqual({
      name: 'half_plus_two',
      platform: 'tensorflowjs_graphmodel',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1] }],
      outputs: [{ name: 'y', datatype: 'FP32', shape: [-1] }],
    });
  });
});

test('models that cannot be listed are a refusal, not an empty list', async () => {
  const serving = { ...fakeServing(), models: async () => undefined };
  expect((await asked(serving, '/v2/models')).status).toBe(503);
  expect(await (await asked(fakeServing(), '/v2/models')).json()).toEqual({
    models: ['broken', 'half_plus_two'],
  });
});

test('a wrong method is told which one is right', async () => {
  const response = await asked(fakeServing(), '/v2/models/half_plus_two/infer');
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
});

test('requests for models are told to the metrics, those for the server are not', async () => {
  const records: RequestRecord[] = [];
  const answer = createOpenInferenceHandler({
    serving: fakeServing(),
    maxRequestBytes: 500,
    memory: new RequestMemory(100_000),
    record: (record) => records.push(record),
  });
  for (const [path, body] of [
    ['/v2/models/half_plus_two/infer', infer([X])],
    ['/v2/models/half_plus_two/ready', undefined],
    ['/v2/models/nobodys/infer', infer([X])],
    ['/v2/health/ready', undefined],
  ] as const) {
    await answer(
      new Request(`https://server${path}`, body === undefined ? {} : { method: 'POST', body }),
      path,
      scope,
    );
  }
  expect(records.map(({ milliseconds: _, ...record }) => record)).toEqual([
    { model: 'half_plus_two', isKnownModel: true, version: '2', api: 'infer', httpStatus: 200, examples: 2 },
    { model: 'half_plus_two', isKnownModel: true, version: '2', api: '', httpStatus: 200 },
    { model: 'nobodys', isKnownModel: false, version: '', api: 'infer', httpStatus: 404 },
  ]);
});
