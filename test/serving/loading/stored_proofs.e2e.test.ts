import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRehearsal, type Rehearse, skipRehearsal } from '../../../scripts/rehearsal/rehearse.ts';
import type { PlanProofs } from '../../../worker/model/plan_proof.ts';
import { blobKey } from '../../../worker/registry/storage/storage_keys.ts';
import { planBlobs } from '../../../worker/registry/version/version_blobs.ts';
import { readManifest } from '../../../worker/registry/version/version_store.ts';
import { publish } from '../../fixtures/commands/publishing.ts';
import { ask, readMetrics } from '../../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { SAMPLES } from '../../fixtures/models/publish_directory.ts';

const AT = '2026-11-22T12:00:00.000Z';
const IRIS = `${SAMPLES}/iris/1.0.0`;
const REQUEST = { instances: [[5.1, 3.5, 1.4, 0.2]] };

let edge: Edge;
let rehearse: Rehearse;
beforeAll(async () => {
  // Without the cache, which has the plans of all models with the same one.
  edge = await startEdge({ isolates: 1, variables: { BLOB_CACHE: 'off' } });
  rehearse = createRehearsal({ store: edge.store, limitMs: 60_000, at: AT, onProgress: () => {} });
});
afterAll(() => edge.stop());

/** Rehearses, and changes the proofs that are stored with the version. */
const changing =
  (change: (proofs: PlanProofs) => PlanProofs): Rehearse =>
  async (candidate, current) => {
    const outcome = await rehearse(candidate, current);
    if (outcome.kind !== 'done' || outcome.rehearsal.kind !== 'rehearsed' || !outcome.rehearsal.proofs)
      throw new Error('the rehearsal proved no plan');
    return {
      ...outcome,
      rehearsal: { ...outcome.rehearsal, proofs: change(outcome.rehearsal.proofs) },
    };
  };

async function plansOf(model: string): Promise<string[]> {
  const read = await readManifest(edge.store, model, '1.0.0');
  return read.kind === 'found' ? planBlobs(read.manifest).map(({ sha256 }) => blobKey(sha256)) : [];
}

async function removePlans(model: string): Promise<void> {
  await edge.store.delete(await plansOf(model));
}

/** Publishes the sample as a model, makes the isolate load it, and asks for its first answer. */
async function firstAnswer(
  model: string,
  how: Rehearse,
  change: (plan: string) => Promise<unknown> = async () => {},
) {
  await publish(edge.store, IRIS, model, {}, how);
  const read = await readManifest(edge.store, model, '1.0.0');
  for (const { sha256 } of read.kind === 'found' ? planBlobs(read.manifest) : [])
    await change(blobKey(sha256));
  const [isolate] = edge.isolates;
  await ask(isolate, `/v1/models/${model}`);
  const metrics = await readMetrics(isolate);
  const { status, body } = await ask(isolate, `/v1/models/${model}:predict`, REQUEST);
  const labels = `{model="${model}",version="1.0.0"`;
  const outcomes = ['prepared', 'not prepared', 'used', 'refused', 'other runtime'].filter(
    (outcome) => metrics.get(`edge_serving_plan_proofs_total${labels},outcome="${outcome}"}`) !== undefined,
  );
  // Without a proof, its warmup was recorded, and the answer proves the plan.
  return { status, body, outcomes, planned: metrics.get(`edge_serving_planned_shapes${labels}}`) };
}

/** Changes one byte of a blob. */
async function damage(key: string): Promise<void> {
  const read = await edge.store.get(key);
  if (read.kind !== 'found') throw new Error(`${key} is missing`);
  const bytes = new Uint8Array(await new Response(read.object.stream).arrayBuffer());
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  await edge.store.put(key, bytes, { condition: { kind: 'always' } });
}

describe('the first answer of an isolate', () => {
  test('is computed by a plan if the version was rehearsed, and equals the answer without a proof', async () => {
    const without = await firstAnswer('without', skipRehearsal(AT));
    expect(without).toMatchObject({ status: 200, outcomes: [], planned: 0 });
    expect(await firstAnswer('proven', rehearse)).toEqual({ ...without, outcomes: ['prepared'], planned: 1 });
  });

  test.each<[string, (plan: string) => Promise<unknown>]>([
    ['missing', (plan) => edge.store.delete([plan])],
    ['damaged', (plan) => edge.store.put(plan, new Uint8Array(9), { condition: { kind: 'always' } })],
    ['replaced by other bytes of its size', damage],
  ])('is computed by a plan of the model if the prepared one is %s', async (name, change) => {
    const { body } = await firstAnswer(`plain-${name.replaceAll(' ', '-')}`, skipRehearsal(AT));
    expect(await firstAnswer(name.replaceAll(' ', '-'), rehearse, change)).toEqual({
      status: 200,
      body,
      outcomes: ['not prepared', 'used'],
      planned: 1,
    });
    // A publish writes no blob that is there, and all of these models have the same plans.
    await removePlans(name.replaceAll(' ', '-'));
  });

  test.each<[string, 'refused' | 'other runtime', (proofs: PlanProofs) => PlanProofs]>([
    [
      'of other outputs',
      'refused',
      (proofs) => ({
        ...proofs,
        shapes: proofs.shapes.map((shape) => ({
          ...shape,
          outputs: shape.outputs.map((output) => ({ ...output, values: btoa('\0'.repeat(12)) })),
        })),
      }),
    ],
    ['of another Worker', 'other runtime', (proofs) => ({ ...proofs, runtime: 'ab'.repeat(32) })],
  ])('is computed by the executor if the proof is %s', async (name, outcome, change) => {
    const { body } = await firstAnswer(`expected-${name.replaceAll(' ', '-')}`, skipRehearsal(AT));
    // The plans of another Worker are missing, which no isolate notices.
    const remove = (plan: string) =>
      outcome === 'other runtime' ? edge.store.delete([plan]) : Promise.resolve();
    expect(await firstAnswer(name.replaceAll(' ', '-'), changing(change), remove)).toEqual({
      status: 200,
      body,
      outcomes: outcome === 'refused' ? ['not prepared', outcome] : [outcome],
      planned: 0,
    });
  });

  test('is computed by the executor if the manifest has proofs of an unknown form', async () => {
    const odd = changing((proofs) => Object.assign({}, proofs, { newer: 'of a newer tool' }));
    expect(await firstAnswer('unknown-form', odd)).toMatchObject({ status: 200, outcomes: [], planned: 0 });
  });
});

test('only a rehearsal can read what a plan was proven with', async () => {
  const { status } = await ask(edge.isolates[0], '/monitoring/plans');
  expect(status).toBe(404);
});
