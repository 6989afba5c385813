import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Signature } from '../../worker/model/signature.ts';
import { readManifest } from '../../worker/registry/version/version_store.ts';
import { type Edge, startEdge } from '../fixtures/edge/edge.ts';
import { OPEN_GRAPHS, writeOpenGraph } from '../fixtures/models/open_graphs.ts';
import { publishModel } from '../fixtures/models/publish_directory.ts';
import { differenceOf } from '../fixtures/requests/compare_answers.ts';
import { type HostileRequest, hostileRequest } from '../fixtures/requests/hostile_requests.ts';

/** More on demand: FUZZ_CASES=1000000 npx vitest run --project node answers_under_attack */
const CASES = Math.ceil(Number(process.env.FUZZ_CASES ?? 10_000) / 10);
const CLIENTS = 6;

let edge: Edge;
const signatures = new Map<string, Signature>();

beforeAll(async () => {
  edge = await startEdge({ isolates: 2, variables: { MEMORY_BUDGET_MB: '64' } });
  for (const model of OPEN_GRAPHS) {
    await publishModel(edge.store, await writeOpenGraph(model), model, '1.0.0');
    const read = await readManifest(edge.store, model, '1.0.0');
    const signature = read.kind === 'found' ? read.manifest.content.signatures.serving_default : undefined;
    if (signature === undefined) throw new Error(`${model} has no signature`);
    signatures.set(model, signature);
  }
});
afterAll(() => edge.stop());

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function ask(isolate: URL | undefined, { path, body, headers }: HostileRequest): Promise<Answer> {
  const response = await fetch(new URL(path, isolate), { method: 'POST', body, headers });
  return { status: response.status, body: await response.text() };
}

test(
  `${CASES} hostile requests by ${CLIENTS} clients at once are answered as in separate isolates`,
  async () => {
    const [attacked, quiet] = edge.isolates;
    const statuses = new Map<number, number>();
    // One request at a time, so that no other request uses this isolate.
    let last: Promise<unknown> = Promise.resolve();
    const askAlone = (request: HostileRequest): Promise<Answer> => {
      const answer = last.then(() => ask(quiet, request));
      last = answer.catch(() => undefined);
      return answer;
    };
    const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
    const clients = Array.from({ length: CLIENTS }, async (_, client) => {
      const requests = fc.sample(hostileRequest(signatures, client), {
        numRuns: Math.ceil(CASES / CLIENTS),
        seed: seed + client,
      });
      for (const request of requests) {
        const answer = await ask(attacked, request);
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        const expected = await askAlone(request);
        const difference = differenceOf(answer, expected);
        if (difference !== undefined)
          throw new Error(`FUZZ_SEED=${seed}: ${request.path} ${request.summary}: ${difference}`);
      }
    });
    await Promise.all(clients);
    expect([...statuses.keys()].filter((status) => status >= 500)).toEqual([]);
    // The requests must be of all kinds, or the test shows little.
    expect(statuses.get(200) ?? 0).toBeGreaterThan(CASES / 5);
    expect(statuses.get(400) ?? 0).toBeGreaterThan(CASES / 20);
  },
  60_000 + CASES * 100,
);
