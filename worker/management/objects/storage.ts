import { pointerReplicaOf } from '../../registry/replica/kv_pointer_replica.ts';
import type { PointerReplica } from '../../registry/replica/pointer_replica.ts';
import type { ObjectStore } from '../../registry/storage/object_store.ts';
import { countedBucket, countedReplica, OperationBudget } from '../../registry/storage/operation_budget.ts';
import { type R2BucketBinding, R2ObjectStore } from '../../registry/storage/r2_object_store.ts';
import { ReplicatingObjectStore } from '../../registry/storage/replicating_object_store.ts';
import { RetryingObjectStore } from '../../registry/storage/retrying_object_store.ts';
import { wait } from '../../registry/storage/waiting.ts';
import type { StreamedUploads } from '../management_request.ts';

/** The registry and the storage operations of one request. */
export interface Storage {
  readonly store: ObjectStore;
  readonly uploads: StreamedUploads;
  readonly replica: PointerReplica | undefined;
  readonly budget: OperationBudget;
}

/**
 * Opens the registry for one request. Storage faults are retried, as in the commands: local R2 fails occasionally while
 * another process writes to the same state folder.
 */
export function openStorage(
  bindings: { readonly MODELS: R2BucketBinding },
  maxSubrequests: number,
  log: (entry: Record<string, unknown>) => void,
): Storage {
  const budget = new OperationBudget(maxSubrequests);
  const uploads = new R2ObjectStore(countedBucket(bindings.MODELS, budget));
  const authority = new RetryingObjectStore(uploads, wait);
  const bound = pointerReplicaOf(bindings);
  const replica = bound && countedReplica(bound, budget);
  const onFault = (model: string, error: unknown) =>
    log({ event: 'replica not written', model, reason: String(error) });
  const store =
    replica === undefined ? authority : new ReplicatingObjectStore(authority, replica, { wait, onFault });
  return { store, uploads, replica, budget };
}
