import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scanJson, WantedMembers } from '../../../worker/http/json/scan/json_scan.ts';
import { RequestMemory } from '../../../worker/http/memory/request_memory.ts';
import { compute, parseComputation } from '../../../worker/http/tensorflow_serving/computation.ts';
import { decodeInputs } from '../../../worker/http/tensorflow_serving/predict/decode_predict.ts';
import { parsePredictRequest } from '../../../worker/http/tensorflow_serving/predict/parse_predict.ts';
import type { NamedTensors } from '../../../worker/model/tensor.ts';
import type { ServableView } from '../../../worker/serving/api.ts';
import { readMetrics } from '../../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { ECHO_SIGNATURES, withEchoSignatures, writeEchoModel } from '../../fixtures/models/echo_model.ts';
import { publishDirectory } from '../../fixtures/models/publish_directory.ts';
import { faultsOfText } from '../../fixtures/requests/conformance.ts';
import { computeRequest } from '../../fixtures/requests/request_bodies.ts';
import { answerBytes } from '../../fixtures/worker/answer_bytes.ts';

/** More on demand: FUZZ_CASES=1000000 npx vitest run --project node tensorflow_serving_fuzz */
const CASES = Number(process.env.FUZZ_CASES ?? 30_000);
const CASES_OVER_HTTP = Math.ceil(CASES / 30);
const SECONDS_A_CASE = 0.05;

/** Returns its inputs, like the echo model. */
const ECHO: ServableView = {
  model: 'echo',
  version: '1',
  signatures: ECHO_SIGNATURES,
  execute: (signature, inputs) => {
    const outputs: NamedTensors = new Map(
      Object.entries(signature.outputs).flatMap(([name, { dtype }]) => {
        const tensor = [...inputs.values()].find((input) => input.dtype === dtype);
        return tensor === undefined ? [] : [[name, tensor] as const];
      }),
    );
    return { kind: 'computed', outputs };
  },
};

/** An error has one or two sentences for the client and reveals no internals of the server. */
function expectSentence(message: unknown): void {
  expect(message).toEqual(expect.stringMatching(/\S/));
  expect(String(message).length).toBeLessThan(2000);
  expect(message).not.toMatch(/undefined|\bat .*\.[tj]s|TypeError|RangeError|\[object/);
}

test(
  'every body is answered or refused with a sentence',
  async () => {
    const kinds: Record<string, number> = {};
    await fc.assert(
      fc.asyncProperty(computeRequest, async ({ method, body }) => {
        const share = new RequestMemory(10_000_000).open();
        const parsed = parseComputation(method, body, new Headers(), 'null');
        const answer = parsed.kind === 'parsed' ? await compute(ECHO, parsed.computation, share) : parsed;
        kinds[answer.kind] = (kinds[answer.kind] ?? 0) + 1;
        if (answer.kind !== 'computed') {
          expectSentence(answer.message);
          if (answer.kind === 'invalid') return;
        } else {
          JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(answerBytes(answer.body)));
        }
        // A request that reaches a model must be JSON.
        expect(scanJson(body, new WantedMembers([])).kind).toBe('json');
      }),
      { numRuns: CASES },
    );
    // The bodies must be of all kinds, or the test shows little.
    for (const kind of ['computed', 'refused', 'invalid']) expect(kinds[kind]).toBeGreaterThan(CASES / 20);
  },
  60_000 + CASES * SECONDS_A_CASE * 1000,
);

test('floats are the same, read while the body is scanned or after', () => {
  const { float } = ECHO_SIGNATURES;
  if (float === undefined) throw new Error('there is no signature float');
  fc.assert(
    fc.property(computeRequest, ({ body }) => {
      const parsed = parsePredictRequest(body);
      if (parsed.kind === 'invalid' || parsed.request.floats === undefined) return;
      const request = { ...parsed.request, floats: undefined };
      expect(decodeInputs(parsed.request, float)).toEqual(decodeInputs(request, float));
    }),
    { numRuns: CASES / 10 },
  );
});

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
  await publishDirectory(edge.store, await writeEchoModel(), 'echo', '1', { change: withEchoSignatures });
});
afterAll(() => edge.stop());

test(
  'the Worker answers every request with 2xx or 4xx, and leaks nothing',
  async () => {
    const [isolate] = edge.isolates;
    const ask = async (path: string, method: string, body: Uint8Array) => {
      const init = method === 'POST' ? { method, body: body.slice() } : { method };
      const response = await fetch(new URL(path, isolate), init);
      const { status, headers } = response;
      const text = await response.text();
      const contentType = headers.get('content-type');
      expect(faultsOfText({ method, path, status, contentType, text }), text).toEqual([]);
      return { status, text };
    };
    const selector = fc.constantFrom('', '', '', '/versions/1', '/versions/9', '/labels/none', '/x', '%zz');
    const suffix = fc.option(fc.constantFrom('', '/metadata', ':x', ':predict'), { freq: 5 });
    const model = fc.oneof(
      { weight: 5, arbitrary: fc.constant('echo') },
      fc.string().map(encodeURIComponent),
    );
    const method = fc.constantFrom('POST', 'POST', 'POST', 'POST', 'GET', 'PUT', 'DELETE', 'OPTIONS');
    const run = (numRuns: number) =>
      fc.assert(
        fc.asyncProperty(model, selector, suffix, method, computeRequest, async (...parts) => {
          const [name, version, end, verb, request] = parts;
          const path = `/v1/models/${name}${version}${end ?? `:${request.method}`}`;
          const { status, text } = await ask(path, verb, request.body);
          if (status === 200) return;
          expect([status, 400 <= status && status < 500]).toEqual([status, true]);
          const answer: unknown = JSON.parse(text);
          expect(answer).toEqual({ error: expect.any(String) });
          expectSentence(Object(answer).error);
        }),
        { numRuns },
      );
    const memory = async () => {
      const metrics = await readMetrics(isolate);
      return ['edge_serving_tensors', 'edge_serving_wasm_heap_bytes'].map((name) => metrics.get(name));
    };
    await run(20);
    await ask('/v1/models/echo:predict', 'POST', new TextEncoder().encode('{"instances": [1]}'));
    const before = await memory();
    expect(before).toEqual([expect.any(Number), expect.any(Number)]);
    await run(CASES_OVER_HTTP);
    expect(await memory()).toEqual(before);
  },
  60_000 + CASES_OVER_HTTP * SECONDS_A_CASE * 1000,
);
