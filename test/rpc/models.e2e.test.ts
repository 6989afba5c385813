import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Edge, startEdge } from '../fixtures/edge/edge.ts';
import { MODEL_CALLER, modelCaller } from '../fixtures/edge/model_caller.ts';
import { ECHO_SIGNATURES, writeEchoModel } from '../fixtures/models/echo_model.ts';
import { publishDirectory, SAMPLES } from '../fixtures/models/publish_directory.ts';

let edge: Edge;
let call: ReturnType<typeof modelCaller>;

beforeAll(async () => {
  edge = await startEdge({
    isolates: 1,
    caller: MODEL_CALLER,
    // Calls need no key: only Workers of the account can make them.
    variables: { POINTER_LEASE_MS: '0', PREDICT_API_KEYS: 'a-key-of-at-least-sixteen-characters' },
  });
  if (edge.caller === undefined) throw new Error('there is no caller');
  call = modelCaller(edge.caller);
  await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.0.0`, 'half_plus_two', '1.0.0');
  const echo = await writeEchoModel();
  await publishDirectory(edge.store, echo, 'echo', '1.0.0', {
    change: (content) => ({ ...content, signatures: ECHO_SIGNATURES }),
  });
  await publishDirectory(edge.store, echo, 'echo', '1.1.0', {
    change: (content) => ({
      ...content,
      signatures: {
        each: {
          method: 'tensorflow/serving/predict',
          inputs: {
            float: { name: 'float32:0', dtype: 'float32', shape: [-1, 2] },
            int: { name: 'int32:0', dtype: 'int32', shape: [-1] },
            flag: { name: 'bool:0', dtype: 'bool', shape: null },
            text: { name: 'string:0', dtype: 'string', shape: [-1] },
          },
          outputs: {
            float: { name: 'float32_echo:0', dtype: 'float32', shape: [-1, 2] },
            int: { name: 'int32_echo:0', dtype: 'int32', shape: [-1] },
            flag: { name: 'bool_echo:0', dtype: 'bool', shape: null },
            text: { name: 'string_echo:0', dtype: 'string', shape: [-1] },
          },
        },
      },
    }),
  });
});
afterAll(() => edge.stop());

const bytes = (text: string) => new TextEncoder().encode(text);

describe('predict', () => {
  test('returns typed arrays with the version that answered', async () => {
    expect(await call('predict', 'half_plus_two', { x: Float32Array.of(1, 2, 5) })).toEqual({
      ok: true,
      version: '1.0.0',
      generation: 1,
      outputs: { y: { dtype: 'float32', shape: [3], values: Float32Array.of(2.5, 3, 4.5) } },
    });
  });

  test('takes each dtype in each form and returns it unchanged', async () => {
    const answer = async (float: unknown, int: unknown, flag: unknown, text: unknown) => {
      const answered = await call('predict', 'echo', { float, int, flag, text });
      expect(answered).toMatchObject({ ok: true, version: '1.1.0', generation: 2 });
      return answered;
    };
    const outputs = {
      float: { dtype: 'float32', shape: [1, 2], values: Float32Array.of(1.5, -2) },
      int: { dtype: 'int32', shape: [2], values: Int32Array.of(-7, 2 ** 31 - 1) },
      flag: { dtype: 'bool', shape: [2], values: Uint8Array.of(1, 0) },
      text: { dtype: 'string', shape: [2], values: [bytes('a'), bytes('é')] },
    };
    for (const float of [[1.5, -2], Float32Array.of(1.5, -2), Float64Array.of(1.5, -2)]) {
      for (const int of [[-7, 2 ** 31 - 1], Int32Array.of(-7, 2 ** 31 - 1), [-7n, 2n ** 31n - 1n]]) {
        for (const flag of [[true, false], Uint8Array.of(1, 0)]) {
          for (const text of [
            ['a', 'é'],
            [bytes('a'), 'é'],
          ]) {
            expect(await answer(float, int, flag, text)).toMatchObject({ outputs });
          }
        }
      }
    }
    expect(await answer([1, 2], 5, true, bytes('one string'))).toMatchObject({
      outputs: {
        int: { shape: [1], values: Int32Array.of(5) },
        flag: { shape: [], values: Uint8Array.of(1) },
        text: { shape: [1], values: [bytes('one string')] },
      },
    });
    const shaped = { values: [true, false, true, false], shape: [2, 2] };
    expect(await answer([], [], shaped, [])).toMatchObject({
      outputs: {
        float: { shape: [0, 2], values: Float32Array.of() },
        flag: { shape: [2, 2], values: Uint8Array.of(1, 0, 1, 0) },
      },
    });
  });

  test('returns only the outputs that the caller asks for', async () => {
    const inputs = { float: [1, 2], int: 1, flag: true, text: 'a' };
    const answered = await call('predict', 'echo', inputs, { outputs: ['int'] });
    expect(answered).toMatchObject({
      outputs: { int: { dtype: 'int32', shape: [1], values: Int32Array.of(1) } },
    });
    expect(JSON.stringify(answered)).not.toContain('float');
  });

  test('selects a version and a signature', async () => {
    const options = { version: '1.0.0', signature: 'scores' };
    expect(await call('predict', 'echo', { x: [1, 2, 3] }, options)).toMatchObject({
      version: '1.0.0',
      outputs: { y: { shape: [1, 3], values: Float32Array.of(1, 2, 3) } },
    });
  });

  test.each([
    ['an unknown model', ['nothing', {}], 404, 'Model with name nothing does not exist.'],
    ['a name that is no name', ['../echo', {}], 404, 'the name of a model consists of'],
    ['a model that is no text', [7, {}], 404, 'the name of a model consists of'],
    ['an unknown version', ['echo', {}, { version: '9.9.9' }], 404, 'version 9.9.9 not found'],
    ['an unknown label', ['echo', {}, { label: 'stable' }], 404, 'no label stable'],
    ['both selectors', ['echo', {}, { label: 'a', version: '1' }], 400, 'a version and a label'],
    ['an unknown option', ['echo', {}, { verison: '1' }], 400, 'verison'],
    ['no inputs', ['echo', null], 400, 'The inputs'],
    ['an unknown signature', ['echo', {}, { signature: 'x' }], 400, 'no signature "x"; it has each'],
    [
      'an unknown output',
      ['echo', {}, { outputs: ['x'] }],
      400,
      'no output "x"; it has float, int, flag, text',
    ],
    [
      'an unknown input',
      ['half_plus_two', { z: 1 }],
      400,
      'no input "z"; its inputs are "x" (float32, [-1])',
    ],
    ['a missing input', ['half_plus_two', {}], 400, 'input "x" of model half_plus_two is missing'],
    [
      'text for a number',
      ['half_plus_two', { x: 'a' }],
      400,
      'input "x" of model half_plus_two needs one list of numbers',
    ],
    ['an object', ['half_plus_two', { x: {} }], 400, 'needs one list of numbers'],
    ['null', ['half_plus_two', { x: [1, null] }], 400, 'needs one list of numbers'],
    [
      'a number beyond float32',
      ['half_plus_two', { x: [1, 1e39] }],
      400,
      'has 1e+39, which is beyond float32',
    ],
    ['another rank', ['half_plus_two', { x: { values: [1], shape: [1, 1] } }], 400, 'shape [1,1]'],
    [
      'too few values',
      ['half_plus_two', { x: { values: [1], shape: [2] } }],
      400,
      'has 1 values for shape [2]',
    ],
    [
      'a negative size',
      ['half_plus_two', { x: { values: [1], shape: [-1] } }],
      400,
      'needs one list of numbers',
    ],
  ])('refuses %s', async (_what, given, status, message) => {
    const answered = await call('predict', ...given);
    expect(answered).toMatchObject({ ok: false, status, message: expect.stringContaining(message) });
  });

  test.each([
    ['an odd number of values', { float: [1, 2, 3] }, 'has 3 values, but the model expects [-1,2]'],
    ['a fraction for an integer', { int: [1.5] }, 'needs integers'],
    ['an integer beyond int32', { int: [2 ** 31] }, 'has 2147483648, which is beyond int32'],
    ['a large integer', { int: [2n ** 63n] }, 'which is beyond int32'],
    ['a byte for a bool', { flag: Uint8Array.of(2) }, 'needs booleans'],
    ['a number for a string', { text: [1] }, 'needs strings'],
  ])('refuses %s', async (_what, input, message) => {
    const inputs = { float: [1, 2], int: [1], flag: [true], text: ['a'], ...input };
    const answered = await call('predict', 'echo', inputs);
    expect(answered).toMatchObject({ ok: false, status: 400, message: expect.stringContaining(message) });
  });

  test('counts in the metrics', async () => {
    await call('predict', 'half_plus_two', { x: 1 });
    const metrics = await fetch(new URL('/monitoring/prometheus/metrics', edge.isolates[0]), {
      headers: { authorization: 'Bearer a-key-of-at-least-sixteen-characters' },
    });
    expect(await metrics.text()).toMatch(
      /request_latency_count\{model_name="half_plus_two",API="rpc",[^}]*version="1\.0\.0"\} [1-9]/,
    );
  });
});

test('metadata describes the signatures', async () => {
  expect(await call('metadata', 'echo', { version: '1.0.0' })).toMatchObject({
    ok: true,
    version: '1.0.0',
    signatures: {
      scores: {
        method: 'tensorflow/serving/predict',
        inputs: { x: { dtype: 'float32', shape: [-1, 3] } },
        outputs: { y: { dtype: 'float32', shape: null, classes: ['car', 'bike', 'bus'] } },
      },
    },
  });
  expect(await call('metadata', 'nothing')).toMatchObject({ ok: false, status: 404 });
});

test('models lists the published models', async () => {
  expect(await call('models')).toEqual({ ok: true, models: ['echo', 'half_plus_two'] });
});
