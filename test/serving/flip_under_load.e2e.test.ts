import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changePointerIn } from '../../worker/registry/pointer/change/change_pointer.ts';
import { ready } from '../../worker/registry/pointer/change/definition.ts';
import type { Lease } from '../../worker/registry/pointer/pointer.ts';
import { updatePointer } from '../../worker/registry/pointer/pointer_store.ts';
import {
  type PointerTransition,
  promoteTransition,
  rollbackTransition,
} from '../../worker/registry/pointer/pointer_transitions.ts';
import { stageTransition } from '../../worker/registry/pointer/rollout_transitions.ts';
import { wait } from '../../worker/registry/storage/waiting.ts';
import { ask, loadsOf, readMetrics, untilLoaded } from '../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../fixtures/edge/edge.ts';
import { changeRecord, publishDirectory, SAMPLES } from '../fixtures/models/publish_directory.ts';

const MODEL = 'half_plus_two';
const CLIENTS_PER_ISOLATE = 2;
/** What each version adds to x / 2. */
const ADDED: Readonly<Record<string, number>> = { '1.0.0': 2, '1.1.0': 3 };
/** Versions staged here are 1.1.0 under other numbers. */
const addedBy = (version: string): number => ADDED[version] ?? (version.startsWith('2.0.') ? 3 : Number.NaN);

interface LoadReport {
  requests: number;
  readonly versions: Set<string>;
  readonly wrong: string[];
  /** When each isolate first answered by each generation: milliseconds of this process, by isolate. */
  readonly firsts: Map<number, Map<number, number>>;
}

interface Changes {
  /** Resolves when every client was answered so often; the second answer is of a request that began since. */
  everyoneAnswered(times?: number): Promise<void>;
  /** Changes the pointer; requests that begin after it was acknowledged have to know. */
  apply(transition: PointerTransition): Promise<void>;
}

/** Keeps clients asking all isolates while the pointer changes, and reports what was wrong with any answer. */
async function changeUnderLoad(
  edge: Edge,
  change: (changes: Changes) => Promise<void>,
  lease?: Lease,
): Promise<LoadReport> {
  const report: LoadReport = { requests: 0, versions: new Set(), wrong: [], firsts: new Map() };
  const agreedChange = lease && changePointerIn(edge.store, { lease, wait });
  let acknowledged = 0;
  let running = true;
  const answered = edge.isolates.flatMap(() => Array.from({ length: CLIENTS_PER_ISOLATE }, () => 0));

  const client = async (index: number): Promise<void> => {
    const isolate = edge.isolates[index % edge.isolates.length];
    for (let request = 0; running; request++) {
      const inputs = Array.from({ length: 1 + (request % 7) }, (_, position) => index + request + position);
      const expected = acknowledged;
      const answer = await ask(isolate, `/v1/models/${MODEL}:predict`, { instances: inputs });
      const added = addedBy(answer.version ?? '');
      const right = { predictions: inputs.map((x) => x / 2 + added) };
      if (answer.status !== 200 || JSON.stringify(answer.body) !== JSON.stringify(right)) {
        report.wrong.push(`${answer.status} ${answer.version}: ${JSON.stringify(answer.body)}`);
      }
      if (answer.generation < expected) {
        report.wrong.push(`generation ${answer.generation} after ${expected} was acknowledged`);
      }
      if (answer.fallback !== null) report.wrong.push(`fallback: ${answer.fallback}`);
      report.versions.add(answer.version ?? '');
      const firsts = report.firsts.get(answer.generation) ?? new Map<number, number>();
      report.firsts.set(answer.generation, firsts);
      const place = index % edge.isolates.length;
      if (!firsts.has(place)) firsts.set(place, performance.now());
      report.requests++;
      answered[index] = (answered[index] ?? 0) + 1;
    }
  };

  const changer = async (): Promise<void> => {
    try {
      await change({
        everyoneAnswered: async (times = 1) => {
          const before = [...answered];
          while (running && answered.some((value, index) => value < (before[index] ?? 0) + times)) {
            await wait(1);
          }
        },
        apply: async (transition) => {
          const change = { name: 'test', parameters: {}, prepare: () => ready(undefined, transition) };
          const update = await (agreedChange?.(MODEL, change, changeRecord()) ??
            updatePointer(edge.store, MODEL, transition, { wait }));
          if (update.kind !== 'changed') throw new Error(`the change was ${JSON.stringify(update)}`);
          acknowledged = update.pointer.generation;
        },
      });
    } finally {
      running = false;
    }
  };

  await Promise.all([changer(), ...answered.map((_, index) => client(index))]);
  return report;
}

describe.each([
  { policy: 'both versions in memory', flips: 200, variables: {}, servables: 2 },
  { policy: 'room for one version only', flips: 60, variables: { MEMORY_BUDGET_MB: '0.1' }, servables: 1 },
])('flips under load, $policy', ({ flips, variables, servables }) => {
  let edge: Edge;

  beforeAll(async () => {
    edge = await startEdge({ isolates: 4, variables });
    for (const version of Object.keys(ADDED)) {
      await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/${version}`, MODEL, version);
    }
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

  /** Flips so many times, each flip only after every client was answered since the last one. */
  const flipUnderLoad = (count: number): Promise<LoadReport> =>
    changeUnderLoad(edge, async ({ everyoneAnswered, apply }) => {
      for (let flip = 0; flip < count; flip++) {
        await everyoneAnswered();
        await apply(rollbackTransition(undefined, changeRecord()));
      }
    });

  test('fail no request, mix no versions, are seen at once and grow no memory', {
    timeout: 300_000,
  }, async () => {
    await flipUnderLoad(6);
    const before = await memory();
    const report = await flipUnderLoad(flips);
    expect(report.wrong).toEqual([]);
    expect(report.versions).toEqual(new Set(Object.keys(ADDED)));
    expect(report.requests).toBeGreaterThanOrEqual(flips * edge.isolates.length * CLIENTS_PER_ISOLATE);
    expect(await memory()).toEqual(before);
    expect(before.map((isolate) => isolate.servables)).toEqual(edge.isolates.map(() => servables));
  });
});

describe('flips at an agreed moment under load', () => {
  /** Each takes the lease, the allowance for a write and twice that for skew. */
  const FLIPS = 20;
  const LEASE: Lease = { ms: 50, clockSkewMs: 10 };
  let edge: Edge;

  beforeAll(async () => {
    edge = await startEdge({ isolates: 4 });
    for (const version of Object.keys(ADDED)) {
      await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/${version}`, MODEL, version);
    }
  });
  afterAll(() => edge.stop());

  test('fail no request, mix no versions, and leave nothing old after they are acknowledged', {
    timeout: 300_000,
  }, async () => {
    const report = await changeUnderLoad(
      edge,
      async ({ everyoneAnswered, apply }) => {
        // The first gives the pointer its lease.
        for (let flip = 0; flip <= FLIPS; flip++) {
          await everyoneAnswered();
          await apply(rollbackTransition(undefined, changeRecord()));
        }
        await everyoneAnswered(2);
      },
      LEASE,
    );
    expect(report.wrong).toEqual([]);
    expect(report.versions).toEqual(new Set(Object.keys(ADDED)));
    // The first two had to be loaded, and had no moment.
    const spreads = [...report.firsts]
      .filter(([generation, firsts]) => generation > 3 && firsts.size === edge.isolates.length)
      .map(([, firsts]) => Math.max(...firsts.values()) - Math.min(...firsts.values()))
      .sort((a, b) => a - b);
    expect(spreads.length).toBeGreaterThanOrEqual(FLIPS);
    const [median, largest] = [spreads[Math.floor(spreads.length / 2)], spreads.at(-1)];
    console.log(
      `first answers of ${spreads.length} flips: ${median?.toFixed(1)} ms apart in the median, ${largest?.toFixed(1)} at most`,
    );
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
        // Each isolate has the first version and one of every round, loaded in the background.
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
