import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readManifest } from '../../../worker/registry/version/version_store.ts';
import { readMetrics } from '../../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { publishOpenInferenceModels } from '../../fixtures/requests/open_inference_models.ts';
import { anyRequest } from '../../fixtures/requests/open_inference_requests.ts';
import { expectSound } from '../../fixtures/requests/refusal.ts';

/** The number of requests over HTTP. Another test sends more to the handler directly. */
const CASES = Math.ceil(Number(process.env.FUZZ_CASES ?? 10_000) / 25);
const MODELS = ['wide', 'square', 'three', 'bool', 'bytes', 'strings', 'one_string', 'fp16', 'three_kinds'];

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1, variables: { MAX_REQUEST_MB: '0.1' } });
  await publishOpenInferenceModels(edge);
});
afterAll(() => edge.stop());

async function memory(): Promise<{ tensors: number; heap: number }> {
  const metrics = await readMetrics(edge.isolates[0]);
  return {
    tensors: metrics.get('edge_serving_tensors') ?? Number.NaN,
    heap: metrics.get('edge_serving_wasm_heap_bytes') ?? Number.NaN,
  };
}

test(`${CASES} random requests cause no fault and leak no tensor`, async () => {
  const arbitraries = await Promise.all(
    MODELS.map(async (model) => {
      const read = await readManifest(edge.store, model, '1.0.0');
      const signature = read.kind === 'found' ? read.manifest.content.signatures.serving_default : undefined;
      if (signature === undefined) throw new Error(`there is no ${model}`);
      // Loads the model for the following requests.
      await fetch(new URL(`/v2/models/${model}/ready`, edge.isolates[0]));
      return fc.tuple(fc.constant(model), anyRequest(signature));
    }),
  );
  const before = await memory();
  await fc.assert(
    fc.asyncProperty(fc.oneof(...arbitraries), async ([model, { body, headerLength }]) => {
      const path = `/v2/models/${model}/infer`;
      const headers = headerLength === undefined ? {} : { 'inference-header-content-length': headerLength };
      const response = await fetch(new URL(path, edge.isolates[0]), { method: 'POST', body, headers });
      await expectSound(response, 'POST', path);
    }),
    { numRuns: CASES },
  );
  expect(await memory()).toEqual(before);
  expect(edge.log.filter((line) => line.includes('"fault"'))).toEqual([]);
}, 600_000);
