import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RequestMemory } from '../../../worker/http/memory/request_memory.ts';
import { createOpenInferenceHandler } from '../../../worker/http/open_inference/handler.ts';
import type { DataType } from '../../../worker/model/dtype.ts';
import type { Signature, TensorInfo } from '../../../worker/model/signature.ts';
import type { Serving } from '../../../worker/serving/api.ts';
import { anyRequest } from '../../fixtures/requests/open_inference_requests.ts';
import { expectSound } from '../../fixtures/requests/refusal.ts';

/** The number of requests in a run, which FUZZ_CASES can increase. */
const CASES = Number(process.env.FUZZ_CASES ?? 10_000);

const tensor = (dtype: DataType, shape: TensorInfo['shape']): TensorInfo => ({ name: dtype, dtype, shape });
const identity = (tensors: Record<string, TensorInfo>): Signature => ({
  method: 'tensorflow/serving/predict',
  inputs: tensors,
  outputs: tensors,
});

const SIGNATURES: Readonly<Record<string, Signature>> = {
  floats: identity({ f: tensor('float32', [-1, 2]) }),
  integers: identity({ i: tensor('int32', null) }),
  bools: identity({ b: tensor('bool', [-1]) }),
  strings: identity({ s: tensor('string', [-1, 1]) }),
  all: identity({
    f: tensor('float32', [-1]),
    i: tensor('int32', [-1, -1]),
    b: tensor('bool', []),
    s: tensor('string', [2]),
  }),
};

/** Models that return their inputs. */
const serving: Serving = {
  async acquire({ model }) {
    const signature = SIGNATURES[model];
    if (signature === undefined) return { kind: 'unknown model' };
    return {
      kind: 'acquired',
      servable: {
        model,
        version: '1',
        signatures: { serving_default: signature },
        execute: (_signature, inputs) => ({ kind: 'computed', outputs: inputs }),
      },
      release: async () => ({ kind: 'counts', by: { version: '1', generation: 1 } }),
      fail: async (error) => {
        throw error;
      },
    };
  },
  describe: async () => ({ kind: 'unknown model' }),
  status: async () => ({ kind: 'unknown model' }),
  models: async () => [],
  versions: async () => [],
  alternatives: async () => ({ what: 'model', names: [] }),
};
const answer = createOpenInferenceHandler({
  serving,
  maxRequestBytes: 100_000,
  memory: new RequestMemory(10_000_000),
});
const scope = { waitUntil: () => undefined };

describe('whatever is asked', () => {
  test(`is answered or refused with a sentence: ${CASES} inference requests`, async () => {
    const counts = new Map<number, number>();
    const models = Object.keys(SIGNATURES);
    const requests = fc
      .constantFrom(...models)
      .chain((model) => fc.tuple(fc.constant(model), anyRequest(SIGNATURES[model] ?? identity({}))));
    await fc.assert(
      fc.asyncProperty(requests, async ([model, { body, headerLength }]) => {
        const path = `/v2/models/${model}/infer`;
        const headers = headerLength === undefined ? {} : { 'inference-header-content-length': headerLength };
        const request = new Request(`http://server${path}`, { method: 'POST', body, headers });
        const status = await expectSound(await answer(request, path, scope), 'POST', path);
        counts.set(status, (counts.get(status) ?? 0) + 1);
      }),
      { numRuns: CASES },
    );
    // The generator must produce requests of both kinds.
    expect(counts.get(200) ?? 0).toBeGreaterThan(CASES / 20);
    expect(counts.get(400) ?? 0).toBeGreaterThan(CASES / 20);
  }, 600_000);

  test('at any path, by any method', async () => {
    const segment = fc.oneof(
      fc.constantFrom(
        'models',
        'versions',
        'infer',
        'ready',
        'health',
        'live',
        'floats',
        '1',
        '..',
        '%2e',
        '%',
      ),
      fc.string().map(encodeURIComponent.bind(undefined)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(segment, { maxLength: 6 }),
        fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'),
        async (segments, method) => {
          const { pathname } = new URL(`http://server/v2/${segments.join('/')}`);
          const request = new Request('http://server/', { method });
          await expectSound(await answer(request, pathname, scope), method, pathname);
        },
      ),
      { numRuns: Math.ceil(CASES / 10) },
    );
  }, 600_000);
});
