import { abortCanary } from '../../registry/pointer/abort_canary.ts';
import { dropOldProgress } from '../../registry/prune/stored_progress.ts';
import { dropExpiredPublications } from '../../registry/publish/publication.ts';
import type { PointerReplica } from '../../registry/replica/pointer_replica.ts';
import { repairReplicas } from '../../registry/replica/repair_replicas.ts';
import type { ObjectStore } from '../../registry/storage/object_store.ts';
import type { OperationBudget } from '../../registry/storage/operation_budget.ts';
import { type AbortLimits, isAgreed } from './abort_limits.ts';
import { type AnalyticsAccess, readCanaryAborts } from './query_canary_aborts.ts';

export interface Schedule {
  readonly store: ObjectStore;
  readonly replica: PointerReplica | undefined;
  /** The storage operations of this run. */
  readonly budget: OperationBudget;
  readonly analytics: AnalyticsAccess | undefined;
  readonly abortLimits: AbortLimits;
  readonly ask: typeof fetch;
  readonly log: (entry: Record<string, unknown>) => void;
  readonly wait: (milliseconds: number) => Promise<void>;
}

/**
 * Runs the periodic tasks: it aborts canaries that several isolates have aborted, updates replicas that lag behind, and
 * deletes what killed commands left. A failed task does not stop the others. Each task does as much as the run's
 * storage operations permit, and the next run continues.
 */
export async function runSchedule(schedule: Schedule): Promise<void> {
  const { log } = schedule;
  for (const task of [endGivenUpCanaries, repairAllReplicas, deleteLeftovers]) {
    try {
      await task(schedule);
    } catch (error) {
      log({ event: 'schedule failed', task: task.name, error: String(error) });
    }
  }
}

/** Storage operations to abort a canary, its replica included, or to repair a replica. */
const PER_MODEL = 8;
/** Operations that are reserved for the later tasks. */
const LATER_TASKS = 20;

async function endGivenUpCanaries(schedule: Schedule): Promise<void> {
  const { store, budget, analytics, abortLimits, ask, log, wait } = schedule;
  if (analytics === undefined) return;
  budget.spend();
  for (const abort of await readCanaryAborts(analytics, ask)) {
    if (!isAgreed(abort, abortLimits)) continue;
    const { model, version, generation, reason, isolates } = abort;
    if (budget.left < PER_MODEL + LATER_TASKS) return log({ event: 'canaries left for the next run' });
    const record = {
      id: crypto.randomUUID(),
      at: new Date().toISOString(),
      by: 'automatic abort',
      reason: `${isolates} isolates aborted it: ${reason}`,
    };
    try {
      const update = await abortCanary(store, { model, version, generation }, record, wait);
      if (update.kind !== 'unchanged') {
        log({ event: 'canary aborted', model, version, outcome: update.kind, reason });
      }
    } catch (error) {
      log({ event: 'canary not aborted', model, version, error: String(error) });
    }
  }
}

async function repairAllReplicas({ store, replica, budget, log, wait }: Schedule): Promise<void> {
  if (replica === undefined) return;
  const mayGoOn = (): boolean => budget.left >= PER_MODEL + LEFTOVERS;
  const { repaired, failed } = await repairReplicas(store, replica, { wait, mayGoOn });
  if (repaired.length > 0 || Object.keys(failed).length > 0)
    log({ event: 'replica repaired', repaired, failed });
}

/** Storage operations to delete leftovers. */
const LEFTOVERS = 6;

async function deleteLeftovers({ store }: Schedule): Promise<void> {
  await dropOldProgress(store);
  await dropExpiredPublications(store, new Date());
}
