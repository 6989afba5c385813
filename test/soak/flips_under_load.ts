import { changePointerIn } from '../../worker/registry/pointer/change/change_pointer.ts';
import { ready } from '../../worker/registry/pointer/change/definition.ts';
import type { Lease } from '../../worker/registry/pointer/pointer.ts';
import { updatePointer } from '../../worker/registry/pointer/pointer_store.ts';
import type { PointerTransition } from '../../worker/registry/pointer/pointer_transitions.ts';
import type { ObjectStore } from '../../worker/registry/storage/object_store.ts';
import { wait } from '../../worker/registry/storage/waiting.ts';
import { type Answer, ask } from '../fixtures/edge/client.ts';
import { changeRecord, publishDirectory, SAMPLES } from '../fixtures/models/publish_directory.ts';

export const MODEL = 'half_plus_two';

/** The number of clients of each isolate. */
export const CLIENTS_PER_ISOLATE = 2;

/** The number that each version adds to x / 2. */
const ADDED: Readonly<Record<string, number>> = { '1.0.0': 2, '1.1.0': 3 };
export const VERSIONS: readonly string[] = Object.keys(ADDED);

/** Versions 2.0.x have the content of 1.1.0. */
const addedBy = (version: string): number => ADDED[version] ?? (version.startsWith('2.0.') ? 3 : Number.NaN);

/** The possible faults of an answer: its status, its numbers, or the state of its pointer. */
type WrongKind = 'failed' | 'mixed' | 'stale' | 'fallback';

interface WrongAnswer {
  readonly kind: WrongKind;
  readonly detail: string;
}

export interface LoadReport {
  requests: number;
  readonly versions: Set<string>;
  readonly wrong: WrongAnswer[];
  /** The times of the first answer of each isolate with each generation, in milliseconds of this process. */
  readonly firsts: Map<number, Map<number, number>>;
}

export interface Changes {
  /**
   * Resolves when every client has had a number of answers. The second answer is to a request that began after this
   * call.
   */
  everyoneAnswered(times?: number): Promise<void>;
  /** Changes the pointer. Requests that begin after the acknowledgment must use the change. */
  apply(transition: PointerTransition): Promise<void>;
}

export async function publishVersions(store: ObjectStore): Promise<void> {
  for (const version of VERSIONS) {
    await publishDirectory(store, `${SAMPLES}/half_plus_two/${version}`, MODEL, version);
  }
}

export interface LoadOptions {
  /** The lease for flips at an agreed moment. Without it, a flip takes effect with its write. */
  readonly lease?: Lease;
  /** The pause of each client after an answer in milliseconds. */
  readonly pauseMs?: number;
}

/** Sends requests to all isolates while the pointer changes, and reports all wrong answers. */
export async function changeUnderLoad(
  { isolates, store }: { readonly isolates: readonly URL[]; readonly store: ObjectStore },
  change: (changes: Changes) => Promise<void>,
  { lease, pauseMs = 0 }: LoadOptions = {},
): Promise<LoadReport> {
  const report: LoadReport = { requests: 0, versions: new Set(), wrong: [], firsts: new Map() };
  const agreedChange = lease && changePointerIn(store, { lease, wait });
  let acknowledged = 0;
  let running = true;
  const answered = isolates.flatMap(() => Array.from({ length: CLIENTS_PER_ISOLATE }, () => 0));

  const client = async (index: number): Promise<void> => {
    const place = index % isolates.length;
    for (let request = 0; running; request++) {
      const inputs = Array.from({ length: 1 + (request % 7) }, (_, position) => index + request + position);
      const expected = acknowledged;
      const answer = await ask(isolates[place], `/v1/models/${MODEL}:predict`, { instances: inputs });
      report.wrong.push(...faultsOf(answer, inputs, expected));
      report.versions.add(answer.version ?? '');
      const firsts = report.firsts.get(answer.generation) ?? new Map<number, number>();
      report.firsts.set(answer.generation, firsts);
      if (!firsts.has(place)) firsts.set(place, performance.now());
      report.requests++;
      answered[index] = (answered[index] ?? 0) + 1;
      if (pauseMs > 0) await wait(pauseMs);
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
            updatePointer(store, MODEL, transition, { wait }));
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

function faultsOf(answer: Answer, inputs: readonly number[], acknowledged: number): WrongAnswer[] {
  const { status, version, generation, fallback, body } = answer;
  const wrong: WrongAnswer[] = [];
  const added = addedBy(version ?? '');
  const right = { predictions: inputs.map((x) => x / 2 + added) };
  if (status !== 200) wrong.push({ kind: 'failed', detail: `${status}: ${JSON.stringify(body)}` });
  else if (JSON.stringify(body) !== JSON.stringify(right))
    wrong.push({ kind: 'mixed', detail: `${version}: ${JSON.stringify(body)}` });
  if (generation < acknowledged)
    wrong.push({ kind: 'stale', detail: `generation ${generation} after ${acknowledged} was acknowledged` });
  if (fallback !== null) wrong.push({ kind: 'fallback', detail: fallback });
  return wrong;
}

/**
 * The time between the first and the last isolate's first answer, for each flip that every isolate has answered with.
 * In milliseconds, in ascending order.
 */
export function spreadsOf({ firsts }: LoadReport, isolates: number, sinceGeneration: number): number[] {
  return [...firsts]
    .filter(([generation, times]) => generation >= sinceGeneration && times.size === isolates)
    .map(([, times]) => Math.max(...times.values()) - Math.min(...times.values()))
    .sort((a, b) => a - b);
}
