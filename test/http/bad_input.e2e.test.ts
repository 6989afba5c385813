import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, readMetrics } from '../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../fixtures/edge/edge.ts';
import { publishDirectory, SAMPLES } from '../fixtures/models/publish_directory.ts';

const LIMIT = 1024 * 1024;

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1, variables: { MAX_REQUEST_MB: '1' } });
  await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.0.0`, 'half_plus_two', '1.0.0');
  await publishDirectory(edge.store, `${SAMPLES}/iris/1.0.0`, 'iris', '1.0.0');
});
afterAll(() => edge.stop());

const IRIS = '/v1/models/iris:predict';
const HALF = '/v1/models/half_plus_two:predict';

/** The request, the status, and the words that name the place of the fault. */
const REFUSED: readonly (readonly [name: string, path: string, body: string | undefined, number, RegExp])[] =
  [
    ['wrong dtype', HALF, '{"instances":["one"]}', 400, /not of expected type: float/],
    ['wrong dtype deep inside', IRIS, '{"instances":[[1,2,3,4],[1,2,true,4]]}', 400, /\[1\]\[2\]|element: 1/],
    ['wrong shape', IRIS, '{"instances":[[1,2,3]]}', 400, /centimetres.*\[-1,4\].*\[1,3\]/],
    [
      'ragged lists',
      IRIS,
      '{"instances":[[1,2,3,4],[1,2,3]]}',
      400,
      /Expecting (tensor size|shape)|Encountered list/,
    ],
    ['ragged lists, columnar', IRIS, '{"inputs":[[1,2,3,4],[1,2,3]]}', 400, /size/],
    ['too deep', IRIS, '{"instances":[[[1,2,3,4]]]}', 400, /centimetres|level/],
    ['half a million brackets', IRIS, `{"instances":${'['.repeat(400_000)}${']'.repeat(400_000)}}`, 400, /./],
    ['brackets that never close', IRIS, '['.repeat(900_000), 400, /JSON Parse error/],
    ['unknown model', '/v1/models/nobody:predict', '{"instances":[1]}', 404, /Latest\(nobody\)/],
    [
      'unknown version',
      '/v1/models/iris/versions/9.9.9:predict',
      '{"instances":[1]}',
      404,
      /Specific\(iris, 9\.9\.9\)/,
    ],
    ['unknown label', '/v1/models/iris/labels/beta:predict', '{"instances":[1]}', 400, /label: beta/],
    ['unknown signature', IRIS, '{"signature_name":"other","instances":[1]}', 400, /"other" not found/],
    ['signature that is no text', IRIS, '{"signature_name":7,"instances":[1]}', 400, /signature_name/],
    ['unknown input', IRIS, '{"instances":[{"inches":[1,2,3,4]}]}', 400, /inches|centimetres/],
    ['no instances', IRIS, '{"instances":[]}', 400, /No values/],
    ['neither instances nor inputs', IRIS, '{}', 400, /inputs' or 'instances/],
    ['both', IRIS, '{"instances":[1],"inputs":[1]}', 400, /only one of/],
    ['empty body', IRIS, '', 400, /document is empty/],
    ['not JSON', IRIS, 'petal', 400, /JSON Parse error/],
    ['not an object', IRIS, '[1,2]', 400, /Is not object/],
    ['malformed path', '/v1/models/iris:forecast', '{}', 400, /Malformed request: POST/],
    ['malformed version', '/v1/models/iris/versions/one:predict', '{}', 400, /./],
    ['path traversal', '/v1/models/..%2F..%2Fpruning:predict', '{"instances":[1]}', 404, /not found/],
    ['percent sign alone', '/v1/models/%:predict', '{"instances":[1]}', 400, /Malformed/],
    ['reading where writing is asked', HALF, undefined, 400, /Malformed request: GET/],
    ['version without a model', '/v1/models/versions/5', undefined, 400, /Missing model name/],
    ['no such place', '/v3/anything', undefined, 404, /path \/v3\/anything does not exist; see \/docs/],
  ];

describe('what cannot be answered', () => {
  test.each(REFUSED)('is refused with its place: %s', async (_name, path, body, status, words) => {
    const answer = await ask(edge.isolates[0], path, body);
    expect(answer).toMatchObject({ status, body: { error: expect.stringMatching(words) } });
    expect(JSON.stringify(answer.body)).not.toMatch(/at .*\.(ts|js):\d+/);
  });

  test('names the version that refused it, once a version has been chosen', async () => {
    expect(await ask(edge.isolates[0], IRIS, '{"instances":[[1]]}')).toMatchObject({
      version: '1.0.0',
      generation: 1,
    });
  });

  test('leaves no tensor and no heap behind', async () => {
    const memory = async () => {
      const metrics = await readMetrics(edge.isolates[0]);
      return [metrics.get('edge_serving_tensors'), metrics.get('edge_serving_wasm_heap_bytes')];
    };
    const before = await memory();
    for (const [, path, body] of REFUSED) await ask(edge.isolates[0], path, body);
    expect(await memory()).toEqual(before);
  });
});

describe('a body over the limit', () => {
  /** Sends a head and some bytes of a body without its end. Returns the status of the answer. */
  function post(headers: Record<string, string>, bytes: number): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const outgoing = request(new URL(HALF, edge.isolates[0]), { method: 'POST', headers }, (response) => {
        response.resume();
        outgoing.destroy();
        resolve(response.statusCode);
      });
      outgoing.on('error', reject);
      outgoing.flushHeaders();
      if (bytes > 0) outgoing.write(Buffer.alloc(bytes, ' '));
    });
  }

  test('is refused by its announced length, before a byte of it is read', async () => {
    expect(await post({ 'content-length': String(LIMIT + 1) }, 0)).toBe(413);
  });

  test('is refused while it comes when no length is announced', async () => {
    expect(await post({ 'transfer-encoding': 'chunked' }, LIMIT + 1)).toBe(413);
  });

  test('up to the limit is read', async () => {
    const body = `{"instances":[1]}`.padEnd(LIMIT, ' ');
    expect(await ask(edge.isolates[0], HALF, body)).toMatchObject({ status: 200 });
    expect(await ask(edge.isolates[0], HALF, `${body} `)).toMatchObject({ status: 413 });
  });
});
