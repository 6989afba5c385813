import { afterAll, beforeAll, expect, test } from 'vitest';
import { readManifest } from '../../../worker/registry/version/version_store.ts';
import { ask, readMetrics } from '../../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { publishDirectory, SAMPLES } from '../../fixtures/models/publish_directory.ts';

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 3 });
  await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.0.0`, 'half', '1.0.0');
});
afterAll(() => edge.stop());

const READS = 'edge_serving_blob_cache_reads_total';
const predict = async (isolate: URL | undefined) => {
  const { status, body } = await ask(isolate, '/v1/models/half:predict', { instances: [1, 2, 5] });
  return { status, body };
};
const ANSWER = { status: 200, body: { predictions: [2.5, 3, 4.5] } };

test('a blob that is damaged in the cache is read from storage, and the request is answered', async () => {
  const [first, second, third] = edge.isolates;
  const read = await readManifest(edge.store, 'half', '1.0.0');
  if (read.kind !== 'found') throw new Error('half was not published');
  const { blobs } = read.manifest.content;
  expect(await predict(first)).toEqual(ANSWER);
  expect((await readMetrics(first)).get(`${READS}{outcome="miss"}`)).toBe(blobs.length);

  expect(await predict(second)).toEqual(ANSWER);

  for (const { sha256 } of blobs) {
    await edge.cache(`https://blobs.edge-serving.invalid/sha256/${sha256}`, 'damaged');
  }
  expect(await predict(third)).toEqual(ANSWER);
  const metrics = await readMetrics(third);
  expect(metrics.get(`${READS}{outcome="hit"}`)).toBeGreaterThan(0);
  expect(metrics.get(`${READS}{outcome="damaged"}`)).toBeGreaterThan(0);
});
