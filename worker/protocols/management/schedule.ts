import { abortCanary } from '../../registry/abort_canary.ts';
import type { ObjectStore } from '../../registry/object_store.ts';
import type { PointerReplica } from '../../registry/pointer_replica.ts';
import { repairReplicas } from '../../registry/repair_replicas.ts';
import { type AbortLimits, isAgreed } from './abort_limits.ts';
import { type AnalyticsAccess, readCanaryAborts } from './canary_aborts.ts';

export interface Schedule {
  readonly store: ObjectStore;
  readonly replica: PointerReplica | undefined;
  readonly analytics: AnalyticsAccess | undefined;
  readonly abortLimits: AbortLimits;
  readonly ask: typeof fetch;
  readonly log: (entry: Record<string, unknown>) => void;
  readonly wait: (milliseconds: number) => Promise<void>;
}

/**
 * What has to be looked after from time to time: canaries that several isolates have given up on end everywhere, and
 * replicas that are behind are written. Neither keeps the other from being done.
 */
export async function runSchedule(schedule: Schedule): Promise<void> {
  const { log } = schedule;
  for (const task of [endGivenUpCanaries, repairAllReplicas]) {
    try {
      await task(schedule);
    } catch (error) {
      log({ event: 'schedule failed', task: task.name, error: String(error) });
    }
  }
}

async function endGivenUpCanaries(schedule: Schedule): Promise<void> {
  const { store, analytics, abortLimits, ask, log, wait } = schedule;
  if (analytics === undefined) return;
  for (const abort of await readCanaryAborts(analytics, ask)) {
    if (!isAgreed(abort, abortLimits)) continue;
    const { model, version, generation, reason, isolates } = abort;
    const record = {
      id: crypto.randomUUID(),
      at: new Date().toISOString(),
      by: 'automatic abort',
      reason: `${isolates} isolates gave up on it: ${reason}`,
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

async function repairAllReplicas({ store, replica, log, wait }: Schedule): Promise<void> {
  if (replica === undefined) return;
  const { repaired, failed } = await repairReplicas(store, replica, wait);
  if (repaired.length > 0 || Object.keys(failed).length > 0)
    log({ event: 'replica repaired', repaired, failed });
}
