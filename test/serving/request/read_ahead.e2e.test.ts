import * as v from 'valibot';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changePointerIn } from '../../../worker/registry/pointer/change/change_pointer.ts';
import { POINTER_CHANGES } from '../../../worker/registry/pointer/change/table.ts';
import { wait } from '../../../worker/registry/storage/waiting.ts';
import { ask } from '../../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { changeRecord, publishDirectory, SAMPLES } from '../../fixtures/models/publish_directory.ts';

/** A Worker that can advance its clock and delay its reads of the bucket, both by requests to it. */
const AROUND = `
  import serving from './index.js';
  const realNow = Date.now;
  let shift = 0;
  Date.now = () => realNow() + shift;
  let isHeld = false;
  let predictions = 0;
  let reads = 0;
  let held;
  const get = async (bucket, parameters) => {
    reads++;
    while (isHeld) await scheduler.wait(2);
    return bucket.get(...parameters);
  };
  export default {
    fetch(request, env, context) {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname === '/test/shift') shift += Number(searchParams.get('ms'));
      if (pathname === '/test/hold') isHeld = searchParams.get('held') === 'yes';
      if (pathname.startsWith('/test/')) return Response.json({ predictions, reads });
      predictions++;
      const { MODELS } = env;
      held ??= { ...env, MODELS: { get: (...parameters) => get(MODELS, parameters) } };
      return serving.fetch(request, held, context);
    },
  };
`;
const CountsSchema = v.object({ predictions: v.number(), reads: v.number() });
// Shorter than the timeout of a read.
const LEASE_MS = 4000;

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1, around: AROUND });
  await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.0.0`, 'half', '1.0.0');
  const change = changePointerIn(edge.store, { lease: { ms: LEASE_MS, clockSkewMs: 0 }, wait });
  await change('half', POINTER_CHANGES.lease.of({ ms: LEASE_MS }), changeRecord());
});
afterAll(() => edge.stop());

const control = (path: string) => ask(edge.isolates[0], `/test/${path}`);
const counts = async () => v.parse(CountsSchema, (await control('counts')).body);
const predict = () => ask(edge.isolates[0], '/v1/models/half:predict', { instances: [2] });
const RIGHT = { status: 200, body: { predictions: [3] }, stalePointer: null };

test.each([
  { name: 'goes by it', passes: 0.6, reads: 0 },
  // Its read must not belong to the other request, because it would end with it.
  { name: 'reads the pointer itself where it came too late', passes: 1.2, reads: 1 },
])('a request waits for a read that another request began, and $name', async ({ passes, reads }) => {
  expect(await predict()).toMatchObject(RIGHT);
  await control(`shift?ms=${LEASE_MS * 0.6}`);
  await control('hold?held=yes');
  // Answered within the lease. Its read continues after the answer.
  expect(await predict()).toMatchObject(RIGHT);
  const before = await counts();
  await control(`shift?ms=${LEASE_MS * 0.6}`);
  const waiting = predict();
  while ((await counts()).predictions === before.predictions) await wait(1);
  await control(`shift?ms=${LEASE_MS * (passes - 0.6)}`);
  await control('hold?held=no');
  expect(await waiting).toMatchObject(RIGHT);
  expect((await counts()).reads).toBe(before.reads + reads);
});
