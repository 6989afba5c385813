import { wait } from '../../registry/storage/waiting.ts';
import { type FailedOutcome, megabytes, noMemoryWhileServing } from './load_outcome.ts';
import { type BudgetedServable, planEviction } from './memory_budget.ts';
import type { Loading } from './servable_entry.ts';
import type { ServableTable } from './servable_table.ts';

export interface MemoryAdmissionOptions {
  readonly budgetBytes: number;
  /** True if a version answers requests for the current version, so that a candidate must not evict it. */
  readonly serves?: (model: string, version: string) => boolean;
  /**
   * True if a pointer serves, stages or tries a version, so that a version that a client requests must not evict it.
   */
  readonly keeps?: (model: string, version: string) => boolean;
  readonly now: () => number;
  readonly events: { unloaded(model: string, version: string): void };
}

/** The time that a load waits for memory of busy servables, and the interval of its checks. Milliseconds. */
const ADMISSION_WAIT_MS = 10_000;
const ADMISSION_POLL_MS = 5;

/** Admits loads within the memory budget. */
export class MemoryAdmission {
  readonly #entries: ServableTable;
  readonly #options: MemoryAdmissionOptions;

  constructor(entries: ServableTable, options: MemoryAdmissionOptions) {
    this.#entries = entries;
    this.#options = options;
  }

  /** Returns the estimated memory of loaded and loading versions. */
  usage(): { servables: number; bytes: number } {
    const budgeted = this.#budgeted();
    return { servables: budgeted.length, bytes: budgeted.reduce((sum, { bytes }) => sum + bytes, 0) };
  }

  /** Evicts servables as needed and reserves the bytes. Returns a failure if that is not possible. */
  async admit(loading: Loading, bytes: number): Promise<FailedOutcome | undefined> {
    const { budgetBytes, now } = this.#options;
    const deadline = now() + ADMISSION_WAIT_MS;
    for (;;) {
      const spares = this.#sparedBy(loading);
      const plan = planEviction(this.#budgeted(spares), bytes, budgetBytes);
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
          if (loading.keepServing || bytes + this.#bytesOf(spares) > budgetBytes)
            return noMemoryWhileServing(bytes, budgetBytes);
          if (now() >= deadline) {
            return {
              kind: 'failed',
              reason: 'the versions in memory stayed in use, so that none could be evicted',
            };
          }
          loading.task.alive();
          await wait(ADMISSION_POLL_MS);
      }
    }
  }

  /** Returns the versions that must not be evicted for a load, in use or not. */
  #sparedBy({ keepServing, asked }: Loading): Spares {
    const { serves = () => false, keeps = serves } = this.#options;
    if (asked) return keeps;
    return keepServing ? serves : () => false;
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

/** A character that neither names nor versions contain. */
const SEPARATOR = '/';
