import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { updatePointer } from '../../../worker/registry/pointer_store.ts';
import type { PointerTransition } from '../../../worker/registry/pointer_transitions.ts';
import { canaryTransition, shadowTransition } from '../../../worker/registry/rollout_transitions.ts';
import { temporaryFolder } from '../../scripts/support/temporary_folder.ts';
import { ask, readMetrics } from '../../shared/client.ts';
import { type Edge, startEdge } from '../../shared/edge.ts';
import { changeRecord, publishDirectory, SAMPLES, wait } from '../../shared/publish_directory.ts';

const folder = await temporaryFolder();

/** Half plus two whose two is not a number. */
async function writeBrokenModel(): Promise<string> {
  const directory = join(folder, 'broken');
  await cp(`${SAMPLES}/half_plus_two/1.0.0`, directory, { recursive: true });
  const weights = Float32Array.of(0.5, Number.NaN);
  await writeFile(join(directory, 'group1-shard1of1.bin'), new Uint8Array(weights.buffer));
  return directory;
}

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 2, canaryEvents: true, variables: { CANARY_MIN_REQUESTS: '6' } });
});
afterAll(() => edge.stop());

const metric = async (isolate: URL | undefined, name: string) =>
  (await readMetrics(isolate)).get(`edge_serving_${name}`);

async function change(model: string, transition: PointerTransition): Promise<void> {
  const update = await updatePointer(edge.store, model, transition, { wait });
  if (update.kind !== 'changed') throw new Error(`the change was ${JSON.stringify(update)}`);
}

async function publishBoth(model: string, candidate: string): Promise<void> {
  await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.0.0`, model, '1.0.0');
  await publishDirectory(edge.store, candidate, model, '1.1.0', { flip: false });
}

const predict = (isolate: URL | undefined, model: string) =>
  ask(isolate, `/v1/models/${model}:predict`, { instances: [2, 4] });

describe('a canary that answers with NaN', () => {
  const model = 'nan';
  const aborts = `canary_aborts_total{model="${model}",version="1.1.0"}`;

  test('fails no request, and is given up by each isolate that saw it fail', async () => {
    await publishBoth(model, await writeBrokenModel());
    await change(model, canaryTransition({ version: '1.1.0', percent: 100 }, changeRecord()));
    const [first, second] = edge.isolates;
    for (let request = 0; request < 6; request++) {
      expect(await predict(first, model)).toMatchObject({
        status: 200,
        version: '1.0.0',
        body: { predictions: [3, 4] },
        fallback: expect.stringMatching(/^1\.1\.0; its output \w+ holds numbers that are not finite/),
      });
    }
    expect(await metric(first, aborts)).toBe(1);
    expect(await predict(first, model)).toMatchObject({ status: 200, version: '1.0.0', fallback: null });
    expect(await predict(second, model)).toMatchObject({ status: 200, version: '1.0.0' });
    expect(await metric(second, aborts)).toBeUndefined();
    expect(edge.log.filter((line) => line.includes('"canary aborted"'))).toEqual([
      expect.stringContaining('"version":"1.1.0","generation":2,"requests":6,"failures":6'),
    ]);
  });
});

describe('a shadow', () => {
  const model = 'shadowed';

  test('is compared with what was answered, and leaves nothing behind', async () => {
    await publishBoth(model, `${SAMPLES}/half_plus_two/1.1.0`);
    await change(model, shadowTransition({ version: '1.1.0', percent: 100 }, changeRecord()));
    const [isolate] = edge.isolates;
    const labels = `model="${model}",version="1.1.0"`;
    const compared = async () =>
      (await metric(isolate, `shadow_requests_total{${labels},outcome="compared"}`)) ?? 0;
    const answerUntil = async (count: number) => {
      while ((await compared()) < count) {
        expect(await predict(isolate, model)).toMatchObject({
          version: '1.0.0',
          body: { predictions: [3, 4] },
        });
      }
    };
    await answerUntil(1);
    const tensors = await metric(isolate, 'tensors');
    await answerUntil(20);
    expect(await metric(isolate, 'tensors')).toBe(tensors);
    expect(await metric(isolate, `shadow_largest_absolute_difference{${labels}}`)).toBe(1);
    expect(await metric(isolate, `shadow_largest_relative_difference{${labels}}`)).toBe(0.25);
    expect(edge.log.filter((line) => line.includes('"event":"shadow"')).length).toBeLessThan(20);
  });
});
