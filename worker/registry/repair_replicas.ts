import { describeError } from './describe_error.ts';
import type { ObjectStore } from './object_store.ts';
import { type PointerReplica, repairReplica } from './pointer_replica.ts';
import { listModels } from './version_store.ts';

export interface ReplicaRepairs {
  /** Models whose replica was behind. */
  readonly repaired: readonly string[];
  /** Why the replica of a model could not be written, by model. */
  readonly failed: Readonly<Record<string, string>>;
}

/** Brings the replica of every model up to date. One that cannot be written keeps no other from it. */
export async function repairReplicas(
  store: ObjectStore,
  replica: PointerReplica,
  wait: (milliseconds: number) => Promise<void>,
): Promise<ReplicaRepairs> {
  const repaired: string[] = [];
  const failed: Record<string, string> = {};
  for (const model of await listModels(store)) {
    try {
      if (await repairReplica(store, replica, model, wait)) repaired.push(model);
    } catch (error) {
      failed[model] = describeError(error);
    }
  }
  return { repaired, failed };
}
