import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ask, MAX_REQUEST_BYTES } from '../../fixtures/worker/ask.ts';
import { fakeServing } from '../../fixtures/worker/fake_serving.ts';

describe('errors', () => {
  const INSTANCES = '{"instances": [1]}';
  test.each([
    ['GET', '/v1/foo', undefined, 400, 'Malformed request: GET /v1/foo'],
    ['PUT', '/v1/models/foo', '{}', 400, 'Malformed request: PUT /v1/models/foo'],
    ['GET', '/v1/models/versions/5', undefined, 400, 'Missing model name in request.'],
    ['POST', '/v1/models/foo:predict', INSTANCES, 404, 'Servable not found for request: Latest(foo)'],
    [
      'POST',
      '/v1/models/foo/versions/50:predict',
      INSTANCES,
      404,
      'Servable not found for request: Specific(foo, 50)',
    ],
    [
      'POST',
      '/v1/models/half_plus_two/versions/50:predict',
      INSTANCES,
      404,
      'Servable not found for request: Specific(half_plus_two, 50)',
    ],
    [
      'POST',
      '/v1/models/half_plus_two/labels/canary:predict',
      INSTANCES,
      400,
      'Unrecognized servable version label: canary',
    ],
    [
      'POST',
      '/v1/models/foo/labels/canary:predict',
      INSTANCES,
      400,
      'Unrecognized servable version label: canary',
    ],
    [
      'POST',
      '/v1/models/broken:predict',
      INSTANCES,
      503,
      'Version 3 of model broken cannot be served now: a blob is missing',
    ],
    ['GET', '/v1/models/foo', undefined, 404, 'Could not find any versions of model foo'],
    ['GET', '/v1/models/foo/labels/any', undefined, 404, 'Could not find any versions of model foo'],
    ['GET', '/v1/models/foo/versions/7', undefined, 404, 'Could not find version 7 of model foo'],
    [
      'GET',
      '/v1/models/half_plus_two/versions/7',
      undefined,
      404,
      'Could not find version 7 of model half_plus_two',
    ],
    [
      'GET',
      '/v1/models/broken',
      undefined,
      503,
      'Version 3 of model broken cannot be served now: a blob is missing',
    ],
    ['GET', '/v1/models/foo/metadata', undefined, 404, 'Servable not found for request: Latest(foo)'],
    [
      'GET',
      '/v1/models/half_plus_two/labels/canary/metadata',
      undefined,
      400,
      'Unrecognized servable version label: canary',
    ],
  ])('%s %s %s', async (method, path, body, status, message) => {
    const answer = await ask(method, path, body);
    expect({ status: answer.status, body: JSON.parse(answer.text) }).toEqual({
      status,
      body: { error: message },
    });
    expect(answer.headers.has('x-model-version')).toBe(false);
  });

  test.each([
    ['', 'JSON Parse error: The document is empty'],
    ['instances', 'JSON Parse error: Invalid value. at offset: 0'],
    ['[]', 'JSON Value: [] Is not object'],
    [
      '{"signature_name": 100}',
      'JSON Value: {"signature_name":100} not formatted correctly. \'signature_name\' key must be a string value.',
    ],
  ])('%s is refused before the model is looked up', async (body, message) => {
    const answer = await ask('POST', '/v1/models/foo:predict', body);
    expect(answer).toMatchObject({ status: 400, text: JSON.stringify({ error: message }) });
    expect(answer.serving.calls).toEqual([]);
  });

  test('a body over the limit is refused before the model is looked up', async () => {
    const body = `{"instances": [${'1,'.repeat(MAX_REQUEST_BYTES)}1]}`;
    const answer = await ask('POST', '/v1/models/foo:predict', body);
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.text).error).toContain('the limit is 1000 bytes');
    expect(answer.serving.calls).toEqual([]);
  });

  test.each([
    [
      '{"signature_name": "xyz"}',
      'Serving signature name: "xyz" not found in signature def; the signatures are serving_default, total',
    ],
    [
      '{"signature_name": "toString"}',
      'Serving signature name: "toString" not found in signature def; the signatures are serving_default, total',
    ],
    ['{}', "Missing 'inputs' or 'instances' key"],
    ['{"instances": []}', 'JSON Value: {"instances":[]} No values in \'instances\' array'],
    [
      '{"instances": ["x", "y"]}',
      'Failed to process element: 0 of \'instances\' list. Error: INVALID_ARGUMENT: JSON Value: "x" Type: String is not of expected type: float',
    ],
    ['{"instances": [[1]]}', 'input x: Expecting shape [-1] but got: [1,1]'],
    ['{"signature_name": "total", "instances": [1]}', 'Tensor name: total has no shape information '],
  ])('%s is refused by a version, and names it', async (body, message) => {
    const answer = await ask('POST', '/v1/models/half_plus_two/versions/1:predict', body);
    expect(answer).toMatchObject({ status: 400, text: JSON.stringify({ error: message }) });
    expect(answer.headers.get('x-model-version')).toBe('1');
    expect(answer.headers.get('x-model-generation')).toBe('7');
    // The model is looked up first.
    expect((await ask('POST', '/v1/models/foo:predict', body)).status).toBe(404);
  });

  test('an execution that fails names model, version and reason', async () => {
    const serving = fakeServing({ execute: () => ({ kind: 'failed', reason: 'shapes do not match' }) });
    const answer = await ask('POST', '/v1/models/half_plus_two:predict', '{"inputs": [1]}', serving);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toEqual({
      error: 'Version 2 of model half_plus_two could not compute these inputs: shapes do not match',
    });
    expect(answer.headers.get('x-model-version')).toBe('2');
  });

  test('no body causes a 500', async () => {
    const body = fc.oneof(
      fc.string(),
      fc.json(),
      fc.jsonValue().map((value) => JSON.stringify({ instances: value })),
      fc.array(fc.float({ noNaN: true })).map((value) => JSON.stringify({ inputs: value })),
    );
    await fc.assert(
      fc.asyncProperty(body, async (text) => {
        const answer = await ask('POST', '/v1/models/half_plus_two:predict', text);
        expect([200, 400, 413]).toContain(answer.status);
        if (answer.status !== 200) expect(JSON.parse(answer.text).error).not.toBe('');
      }),
    );
  });
});
