import type { ErrorCode } from '../../model/coded_error.ts';
import type { PointerReplica } from '../replica/pointer_replica.ts';
import type { R2BucketBinding } from './r2_object_store.ts';
import { LastingError } from './retrying_object_store.ts';

/** A request needs more storage operations than the platform permits. */
export class OutOfOperationsError extends LastingError {
  override readonly code: ErrorCode = 'ERR_OUT_OF_OPERATIONS';

  constructor(limit: number) {
    super(`it needs more than ${limit} storage operations; raise MAX_SUBREQUESTS if the plan allows more`);
  }
}

/** Counts the storage operations of one request: the platform limits subrequests and fails those beyond the limit. */
export class OperationBudget {
  readonly #limit: number;
  #spent = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get left(): number {
    return this.#limit - this.#spent;
  }

  /** @throws OutOfOperationsError if the limit is reached */
  spend(): void {
    if (this.left <= 0) throw new OutOfOperationsError(this.#limit);
    this.#spent++;
  }
}

/** Wraps a bucket so that every operation counts against the budget. */
export function countedBucket(bucket: R2BucketBinding, budget: OperationBudget): R2BucketBinding {
  const counted = <Result>(operation: () => Promise<Result>): Promise<Result> => {
    budget.spend();
    return operation();
  };
  return {
    get: async (key, options) => counted(() => bucket.get(key, options)),
    head: async (key) => counted(() => bucket.head(key)),
    put: async (key, value, options) => counted(() => bucket.put(key, value, options)),
    delete: async (keys) => counted(() => bucket.delete(keys)),
    list: async (options) => counted(() => bucket.list(options)),
  };
}

/** Wraps a replica in the same way. */
export function countedReplica(replica: PointerReplica, budget: OperationBudget): PointerReplica {
  return {
    read: async (model) => {
      budget.spend();
      return replica.read(model);
    },
    write: async (model, document) => {
      budget.spend();
      return replica.write(model, document);
    },
  };
}
