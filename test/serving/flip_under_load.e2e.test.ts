import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { promoteTransition, rollbackTransition } from '../../worker/registry/pointer/pointer_transitions.ts';
import { stageTransition } from '../../worker/registry/pointer/rollout_transitions.ts';
import { loadsOf, readMetrics, untilLoaded } from '../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../fixtures/edge/edge.ts';
import { flipToPrevious } from '../fixtures/models/flip_to_previous.ts';
import { changeRecord, publishDirectory, SAMPLES } from '../fixtures/models/publish_directory.ts';
import {
  CLIENTS_PER_ISOLATE,
  changeUnderLoad,
  type LoadReport,
  MODEL,
  publishVersions,
  VERSIONS,
} from '../soak/flips_under_load.ts';

describe.each([
  { policy: 'both versions in memory', flips: 200, variables: {}, servables: 2 },
  { policy: 'room for one version only', flips: 60, variables: { MEMORY_BUDGET_MB: '0.1' }, servables: 1 },
])('flips under load, $policy', ({ flips, variables, servables }) => {
  let edge: Edge;

  beforeAll(async () => {
    edge = await startEdge({ isolates: 4, variables });
    await publishVersions(edge.store);
  });
  afterAll(() => edge.stop());

  const memory = () =>
    Promise.all(
      edge.isolates.map(async (isolate) => {
        const metrics = await readMetrics(isolate);
        return {
          heap: metrics.get('edge_serving_wasm_heap_bytes'),
          tensors: metrics.get('edge_serving_tensors'),
          servables: metrics.get('edge_serving_servables'),
        };
      }),
    );

  /** Makes a number of flips. Before each one, every client must have been answered since the last flip. */
  const flipUnderLoad = (count: number): Promise<LoadReport> =>
    changeUnderLoad(edge, async ({ everyoneAnswered, apply }) => {
      for (let flip = 0; flip < count; flip++) {
        await everyoneAnswered();
        await apply(flipToPrevious(changeRecord()));
      }
    });

  test('fail no request, mix no versions, are seen at once and grow no memory', {
    timeout: 300_000,
  }, async () => {
    await flipUnderLoad(6);
    const before = await memory();
    const report = await flipUnderLoad(flips);
    expect(report.wrong).toEqual([]);
    expect(report.versions).toEqual(new Set(VERSIONS));
    expect(report.requests).toBeGreaterThanOrEqual(flips * edge.isolates.length * CLIENTS_PER_ISOLATE);
    expect(await memory()).toEqual(before);
    expect(before.map((isolate) => isolate.servables)).toEqual(edge.isolates.map(() => servables));
  });
});

describe('staged promotes and warm rollbacks under load', () => {
  const ROUNDS = 15;
  let edge: Edge;

  beforeAll(async () => {
    edge = await startEdge({ isolates: 4 });
    await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.0.0`, MODEL, '1.0.0');
    for (let round = 0; round < ROUNDS; round++) {
      const options = { flip: false };
      await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.1.0`, MODEL, `2.0.${round}`, options);
    }
  });
  afterAll(() => edge.stop());

  test('fail no request, mix no versions, are seen at once, and load nothing after the flip', {
    timeout: 300_000,
  }, async () => {
    const loads = () => Promise.all(edge.isolates.map(loadsOf));
    const unexpected: string[] = [];
    const report = await changeUnderLoad(edge, async ({ everyoneAnswered, apply }) => {
      await everyoneAnswered(2);
      for (let round = 0; round < ROUNDS; round++) {
        await apply(stageTransition(`2.0.${round}`, changeRecord()));
        // Each isolate has loaded the first version, and one version per round in the background.
        for (const isolate of edge.isolates) await untilLoaded(isolate, round + 2);
        await apply(promoteTransition(undefined, changeRecord()));
        await everyoneAnswered(2);
        await apply(rollbackTransition(undefined, changeRecord()));
        await everyoneAnswered(2);
        for (const count of await loads()) {
          if (count !== round + 2) unexpected.push(`${count} loads after round ${round}`);
        }
      }
    });
    expect(report.wrong).toEqual([]);
    expect(unexpected).toEqual([]);
    expect(report.versions.size).toBe(ROUNDS + 1);
  });
});
