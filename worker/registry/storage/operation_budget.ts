import type { PointerReplica } from '../replica/pointer_replica.ts';
import type { R2BucketBinding } from './r2_object_store.ts';
import { LastingError } from './retrying_object_store.ts';

/** A request would ask storage more often than the platform lets it. */
export class OutOfOperationsError extends LastingError {
  constructor(limit: number) {
    super(
      `it needs more than ${limit} storage operations; on a plan that allows more, raise MAX_SUBREQUESTS`,
    );
  }
}

/** How often one request may still ask storage: the platform limits subrequests, and fails what is beyond. */
export class OperationBudget {
  readonly #limit: number;
  #spent = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get left(): number {
    return this.#limit - this.#spent;
  }

  /** @throws OutOfOperationsError */
  spend(): void {
    if (this.left <= 0) throw new OutOfOperationsError(this.#limit);
    this.#spent++;
  }
}

/** A bucket whose every operation is taken from the budget. */
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

/** The same for a replica of the pointers. */
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
