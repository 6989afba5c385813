import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { DEFAULT_LEASE } from '../../../worker/registry/pointer/moment.ts';
import { updatePointer } from '../../../worker/registry/pointer/pointer_store.ts';
import {
  type ChangeRecord,
  type PointerTransition,
  promoteTransition,
  rollbackTransition,
} from '../../../worker/registry/pointer/pointer_transitions.ts';
import { stageTransition } from '../../../worker/registry/pointer/rollout_transitions.ts';
import { loadsOf } from '../../fixtures/edge/client.ts';
import { publishNetwork } from '../engines/publication.ts';
import type { Stage } from '../engines/stage.ts';
import type { Network } from '../networks/network.ts';
import { quantile } from '../statistics.ts';
import { type Load, load, type Requested } from './load/load.ts';

/** The kinds of windows in which answers are collected. */
export const FLIP_PHASES = [
  'steady',
  'publish',
  'rollback',
  'loading what is staged',
  'staged promote',
] as const;
type FlipPhase = (typeof FLIP_PHASES)[number];

/** The latencies of answers in milliseconds. */
interface Tail {
  readonly answers: number;
  readonly p99: number;
  readonly max: number;
}

export interface FlipFigures {
  readonly flips: number;
  readonly stagedFlips: number;
  readonly tails: Readonly<Record<FlipPhase, Tail>>;
}

/** A small number, so that requests wait for the flip and not for each other. */
const CLIENTS = 2;
/** The length of the window after a flip, and of the steady windows between flips. */
const WINDOW_MS = 300;
const POLL_MS = 50;
/** A version that is not in memory after this time counts as not loadable. It may not fit next to the current one. */
const LOAD_LIMIT_MS = 30_000;

/** The flips of a network cannot be measured, because a version was not loaded next to the current one. */
export class FlipsNotMeasuredError extends Error {
  constructor(network: string) {
    super(
      `${network}: a staged version was not loaded within ${LOAD_LIMIT_MS / 1000} s; its flips are left out`,
    );
  }
}

interface Window {
  readonly phase: FlipPhase;
  readonly begins: number;
  readonly ends: number;
}

interface Flips {
  readonly flips: number;
  readonly stagedFlips: number;
  /** The heap of an isolate without and with the network, from which it is told that two versions have room. Bytes. */
  readonly heap: { readonly empty: number; readonly used: number } | undefined;
}

/**
 * Flips under load: publishes, each with a rollback after it, and promotions of staged versions; with windows in between
 * in which nothing happens. No answer may fail: `load` throws on the first one that does.
 */
export async function measureFlips(
  network: Network,
  stage: Stage,
  requested: Requested,
  { flips, stagedFlips, heap }: Flips,
): Promise<FlipFigures> {
  const windows: Window[] = [];
  const during = async (phase: FlipPhase, change: () => Promise<void>): Promise<void> => {
    const begins = performance.now();
    await change();
    await setTimeout(WINDOW_MS);
    windows.push({ phase, begins, ends: performance.now() });
  };
  const agreement = { lease: DEFAULT_LEASE };
  const apply = (transition: PointerTransition) => async (): Promise<void> => {
    const update = await updatePointer(stage.store, network.name, transition, {
      wait: setTimeout,
      agreement,
    });
    if (update.kind !== 'changed') throw new Error(`a flip was ${JSON.stringify(update)}`);
    await setTimeout(update.effect.settlesInMs);
  };
  const untilLoaded = async (loads: number): Promise<void> => {
    const until = performance.now() + LOAD_LIMIT_MS;
    while ((await loadsOf(requested.url)) < loads) {
      if (performance.now() > until) throw new FlipsNotMeasuredError(network.name);
      await setTimeout(POLL_MS);
    }
  };

  const flipAll = async (): Promise<void> => {
    // Warms up, and lets the first answers pass.
    await setTimeout(4 * WINDOW_MS);
    for (let index = 0; index < flips; index++) {
      await during('steady', async () => undefined);
      // Isolates load what is published while they wait for the moment at which it takes effect.
      await during('publish', async () => {
        const version = `2.0.${index}`;
        await setTimeout(
          await publishNetwork(stage.store, network, version, { flip: true, warmup: true, heap }),
        );
      });
      await during('rollback', apply(rollbackTransition(undefined, changeRecord())));
    }
    for (let index = 0; index < stagedFlips; index++) {
      const version = `3.0.${index}`;
      await publishNetwork(stage.store, network, version, { flip: false, warmup: true, heap });
      const loads = await loadsOf(requested.url);
      await during('loading what is staged', async () => {
        await apply(stageTransition(version, changeRecord()))();
        await untilLoaded(loads + 1);
      });
      await during('staged promote', apply(promoteTransition(undefined, changeRecord())));
      await during('rollback', apply(rollbackTransition(undefined, changeRecord())));
      if ((await loadsOf(requested.url)) !== loads + 1) throw new Error('a warm flip has loaded something');
    }
  };
  const flipping = new AbortController();
  const [answers] = await Promise.all([
    load(requested, { clients: CLIENTS, milliseconds: Number.POSITIVE_INFINITY, signal: flipping.signal }),
    flipAll().finally(() => flipping.abort()),
  ]);
  return { flips, stagedFlips, tails: tailsOf(answers, windows) };
}

/** An answer belongs to the window in which its request began, or to none. */
function tailsOf({ latencies, answeredAt }: Load, windows: readonly Window[]): FlipFigures['tails'] {
  const tail = (phase: FlipPhase): Tail => {
    const own = windows.filter((window) => window.phase === phase);
    const values = latencies.filter((latency, index) => {
      const began = (answeredAt[index] ?? 0) - latency;
      return own.some(({ begins, ends }) => began >= begins && began < ends);
    });
    return { answers: values.length, p99: quantile(values, 0.99), max: quantile(values, 1) };
  };
  return {
    steady: tail('steady'),
    publish: tail('publish'),
    rollback: tail('rollback'),
    'loading what is staged': tail('loading what is staged'),
    'staged promote': tail('staged promote'),
  };
}

function changeRecord(): ChangeRecord {
  return { id: randomUUID(), at: new Date().toISOString(), by: 'bench' };
}
