import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Edge, startEdge } from '../fixtures/edge/edge.ts';
import { publishDirectory, SAMPLES } from '../fixtures/models/publish_directory.ts';

/** With CORS origins, every request goes through Hono. Without them, predictions bypass it. */
const edges: Edge[] = [];
beforeAll(async () => {
  for (const variables of [{}, { CORS_ORIGINS: 'https://app.example' }]) {
    const edge = await startEdge({ isolates: 1, variables });
    edges.push(edge);
    await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.0.0`, 'half_plus_two', '1.0.0');
  }
});
afterAll(() => Promise.all(edges.map((edge) => edge.stop())));

/** fetch would normalize the path. */
function send(isolate: URL | undefined, path: string): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: isolate?.hostname, port: isolate?.port, path, method: 'POST' },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
        });
        response.on('end', () => resolve({ status: response.statusCode, text }));
      },
    );
    sent.on('error', reject);
    sent.end('{"instances":[1]}');
  });
}

test.each([
  ['/v1/models/half_plus_two:predict', 200],
  ['/x/../v1/models/half_plus_two:predict', 200],
  ['/v2/../v1/models/half_plus_two:predict', 200],
  [String.raw`/v1\models\half_plus_two:predict`, 200],
  ['/v1/models/half%5Fplus_two:predict', 200],
  ['//v1/models/half_plus_two:predict', 404],
  ['/%76%31/models/half_plus_two:predict', 404],
  ['/v1/models/half_plus_two:predict/', 400],
])('%s gets the same answer on each path through the server', async (path, status) => {
  const [past, through] = await Promise.all(edges.map((edge) => send(edge.isolates[0], path)));
  expect(past?.status).toBe(status);
  expect(through).toEqual(past);
});
