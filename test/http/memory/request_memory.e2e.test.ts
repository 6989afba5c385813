import { request } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { WorkerMemory } from '../../fixtures/edge/worker_memory.ts';
import { publishDirectory, SAMPLES } from '../../fixtures/models/publish_directory.ts';
import { writeGraph } from '../../fixtures/models/write_graph.ts';
import { ECHOES, HEAVY_REQUESTS, type HeavyRequest } from '../../fixtures/requests/heavy_requests.ts';

/*
 * Each request goes to a new workerd with the default configuration and V8's own settings. A small request for the same
 * model comes first, so that the model, its code and the heap are in memory. The result is the peak of the process's
 * resident memory, as the kernel reports it, minus the resident memory before. It includes garbage that V8 has not
 * collected yet, the platform's copies and memory that the allocator keeps. A busy machine only affects when the
 * collector runs.
 */
const isMeasured = process.platform === 'linux';

/** The permitted growth of the process in MiB, including garbage, for one request of 8 MB and for four at once. */
const MOST_GROWTH = 96;
const MOST_GROWTH_OF_FOUR = 128;

let edge: Edge | undefined;
afterEach(async () => {
  await edge?.stop();
  edge = undefined;
});

/** The model in a path of either protocol. */
const modelOf = (path: string): string => /models\/([^:/]+)/.exec(path)?.[1] ?? '';

async function freshWorker(model: string): Promise<{ isolate: URL; memory: WorkerMemory }> {
  edge = await startEdge({ isolates: 1 });
  const dtype = ECHOES[model];
  const directory =
    dtype === undefined
      ? `${SAMPLES}/${model}/1.0.0`
      : await writeGraph(
          [{ name: 'x', dtype, shape: [-1] }],
          [{ name: 'y', op: 'Identity', input: ['x'], attr: { T: { type: dtype } } }],
          [{ name: 'y', dtype, shape: [-1] }],
        );
  await publishDirectory(edge.store, directory, model, '1.0.0');
  const [isolate] = edge.isolates;
  if (isolate === undefined) throw new Error('there is no isolate');
  const memory = new WorkerMemory();
  await send(isolate, `/v1/models/${model}:predict`, Buffer.from('{"instances":[1]}'));
  await send(isolate, `/v2/models/${model}/infer`, Buffer.from('{"inputs":[]}'));
  memory.reset();
  return { isolate, memory };
}

/** The status of an answer. The body is read and dropped. */
function send(
  isolate: URL,
  path: string,
  body: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const length = 'transfer-encoding' in headers ? {} : { 'content-length': String(body.length) };
    const options = { method: 'POST', headers: { ...headers, ...length } };
    const outgoing = request(new URL(path, isolate), options, (response) => {
      response.on('error', reject);
      response.on('end', () => resolve(response.statusCode ?? 0));
      response.resume();
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** One request of each kind: refused early, refused late, and computed and sent in pieces. */
const OF_EACH_KIND = [
  'v1: short numbers',
  'v1: long numbers',
  'v1: rows of four',
  'v1: strings',
  'v2: numbers',
  'v2: empty objects',
  'v2: floats in binary',
];
/** Each case starts a workerd. MEMORY_CASES=all npx vitest run --project node request_memory runs all of them. */
const named = HEAVY_REQUESTS.filter(
  ({ name }) =>
    process.env.MEMORY_CASES === 'all' || OF_EACH_KIND.includes(name) || name.includes('lists in lists'),
).map((heavy) => [heavy.name, heavy] as const);

describe.runIf(isMeasured)('one request lets the process grow by no more than there is room for', () => {
  test.each(named)('%s', async (_name, { path, body, headers, statuses }: HeavyRequest) => {
    const { isolate, memory } = await freshWorker(modelOf(path));
    expect(statuses).toContain(await send(isolate, path, body, headers));
    expect(memory.growth()).toBeLessThan(MOST_GROWTH);
  });
});

// On a busy machine, garbage may be collected later than usual. Each attempt has a fresh Worker.
describe.runIf(isMeasured)('four such requests at once fit the isolate', { retry: 2 }, () => {
  test.each(named.filter(([name]) => OF_EACH_KIND.includes(name)))('%s', async (_name, heavy) => {
    const { path, body, headers, statuses } = heavy;
    const { isolate, memory } = await freshWorker(modelOf(path));
    const answers = await Promise.all(Array.from({ length: 4 }, () => send(isolate, path, body, headers)));
    for (const status of answers) expect([...statuses, 503]).toContain(status);
    expect(memory.growth()).toBeLessThan(MOST_GROWTH_OF_FOUR);
  });
});
