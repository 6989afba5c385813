import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { faultsOf } from '../../fixtures/requests/conformance.ts';
import { publishOpenInferenceModels } from '../../fixtures/requests/open_inference_models.ts';
import { bytesOfParts, readVectors, requestOf, type Vector } from '../../fixtures/requests/vectors.ts';

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1, variables: { MAX_REQUEST_MB: '1' } });
  await publishOpenInferenceModels(edge);
});
afterAll(() => edge.stop());

/** An answer, split into its JSON and its binary data. */
async function answerTo(vector: Vector) {
  const response = await fetch(new URL(vector.path, edge.isolates[0]), requestOf(vector));
  const body = Buffer.from(await response.arrayBuffer());
  const length = Number(response.headers.get('inference-header-content-length') ?? body.length);
  const text = body.subarray(0, length).toString();
  const json: unknown = JSON.parse(text);
  return { response, text, json, binary: body.subarray(length) };
}

async function check(vector: Vector): Promise<void> {
  const { status, json, contains, error, binary, contentType, version, text } = vector.expect;
  const answer = await answerTo(vector);
  expect(answer.response.status, answer.text).toBe(status);
  const type = answer.response.headers.get('content-type');
  const { method, path } = vector;
  expect(faultsOf({ method, path, status, contentType: type, json: answer.json })).toEqual([]);
  if (json !== undefined) expect(answer.json).toEqual(json);
  if (contains !== undefined) {
    for (const [name, value] of Object.entries(contains)) {
      const given = Reflect.get(Object(answer.json), name);
      expect(given).toEqual(name === 'models' ? expect.arrayContaining(Array.from(Object(value))) : value);
    }
  }
  if (error !== undefined) expect(answer.json).toEqual({ error: expect.stringContaining(error) });
  if (text !== undefined) expect(answer.text).toContain(text);
  expect(answer.binary.toString('hex')).toBe(bytesOfParts(binary ?? []).toString('hex'));
  if (contentType !== undefined) expect(type).toBe(contentType);
  if (version !== undefined) {
    expect(answer.response.headers.get('x-model-version')).toBe(version);
    expect(Number(answer.response.headers.get('x-model-generation'))).toBeGreaterThan(0);
  }
}

describe.each(['kserve', 'kserve_binary', 'mlserver', 'triton', 'triton_tensors'])('as in %s', (file) => {
  test.each(readVectors(`open_inference/${file}.json`).map((vector) => [vector.name, vector] as const))(
    '%s',
    async (_name, vector) => check(vector),
  );
});

describe('an infer answer', () => {
  test('names the version and the generation in its headers, JSON or binary, good or bad', async () => {
    const vectors = ['triton', 'triton_tensors'].flatMap((file) =>
      readVectors(`open_inference/${file}.json`),
    );
    for (const name of ['raw binary', 'truth', 'an output asked for twice']) {
      const vector = vectors.find((candidate) => candidate.name === name);
      if (vector === undefined) throw new Error(name);
      const { response } = await answerTo(vector);
      expect(response.headers.get('x-model-version'), name).toBe('1.0.0');
      expect(response.headers.get('x-model-generation'), name).toBe('1');
    }
  });

  test('may be asked for without its body', async () => {
    const response = await fetch(new URL('/v2/health/live', edge.isolates[0]), { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });
});
