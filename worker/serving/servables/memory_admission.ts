import { wait } from '../../registry/storage/waiting.ts';
import { type FailedOutcome, megabytes, noRoomBeside } from './load_outcome.ts';
import { type BudgetedServable, planRoom } from './memory_budget.ts';
import type { Loading } from './servable_entry.ts';
import type { ServableEntries } from './servable_table.ts';

export interface ServableRoomOptions {
  readonly budgetBytes: number;
  /** Whether a version answers requests that name none, so that no candidate may take its place. */
  readonly serves?: (model: string, version: string) => boolean;
  /** Whether a pointer has a version serve, be staged or be on trial, so that none that a client asked for takes its place. */
  readonly keeps?: (model: string, version: string) => boolean;
  readonly now: () => number;
  readonly events: { unloaded(model: string, version: string): void };
}

/** How long a load waits for busy servables to make room, and how often it looks. Milliseconds. */
const ROOM_WAIT_MS = 10_000;
const ROOM_POLL_MS = 5;

/** The memory that the budget allows servables. */
export class ServableRoom {
  readonly #entries: ServableEntries;
  readonly #options: ServableRoomOptions;

  constructor(entries: ServableEntries, options: ServableRoomOptions) {
    this.#entries = entries;
    this.#options = options;
  }

  /** What is in memory or about to be, by the budget's estimate. */
  usage(): { servables: number; bytes: number } {
    const budgeted = this.#budgeted();
    return { servables: budgeted.length, bytes: budgeted.reduce((sum, { bytes }) => sum + bytes, 0) };
  }

  /** Evicts what has to go and reserves the bytes; answers why where that cannot be. */
  async make(loading: Loading, bytes: number): Promise<FailedOutcome | undefined> {
    const { budgetBytes, now } = this.#options;
    const deadline = now() + ROOM_WAIT_MS;
    for (;;) {
      const spares = this.#sparedBy(loading);
      const plan = planRoom(this.#budgeted(spares), bytes, budgetBytes);
      switch (plan.kind) {
        case 'fits':
          for (const key of plan.evict) this.#unload(key);
          loading.bytes = bytes;
          return undefined;
        case 'never fits':
          return {
            kind: 'failed',
            reason: `it needs about ${megabytes(bytes)} MB and MEMORY_BUDGET_MB is ${megabytes(budgetBytes)}`,
          };
        case 'wait':
          if (loading.beside || bytes + this.#bytesOf(spares) > budgetBytes)
            return noRoomBeside(bytes, budgetBytes);
          if (now() >= deadline) {
            return { kind: 'failed', reason: 'what is in memory stayed in use, so no room could be made' };
          }
          loading.control.alive();
          await wait(ROOM_POLL_MS);
      }
    }
  }

  /** What is not to be evicted for a load, whether it is in use or not. */
  #sparedBy({ beside, asked }: Loading): Spares {
    const { serves = () => false, keeps = serves } = this.#options;
    if (asked) return keeps;
    return beside ? serves : () => false;
  }

  #bytesOf(chosen: Spares): number {
    return this.#entries
      .all()
      .reduce(
        (sum, { model, version, entry }) =>
          entry.kind === 'ready' && chosen(model, version) ? sum + entry.bytes : sum,
        0,
      );
  }

  #budgeted(spares: Spares = () => false): BudgetedServable[] {
    const budgeted: BudgetedServable[] = [];
    for (const { model, version, entry } of this.#entries.all()) {
      const key = `${model}${SEPARATOR}${version}`;
      if (entry.kind === 'ready') {
        const { bytes, lastUsed, servable } = entry;
        budgeted.push({ key, bytes, lastUsed, busy: spares(model, version) || servable.inUse });
      } else if (entry.kind === 'loading' && entry.bytes > 0) {
        budgeted.push({ key, bytes: entry.bytes, lastUsed: Number.POSITIVE_INFINITY, busy: true });
      }
    }
    return budgeted;
  }

  #unload(key: string): void {
    const [model = '', version = ''] = key.split(SEPARATOR);
    const entry = this.#entries.get(model, version);
    if (entry?.kind !== 'ready') return;
    this.#entries.delete(model, version);
    entry.servable.dispose();
    this.#options.events.unloaded(model, version);
  }
}

type Spares = (model: string, version: string) => boolean;

/** Stands in no name and in no version. */
const SEPARATOR = '/';
