import { type PointerReplica, repairReplica, replicatePointer } from '../replica/pointer_replica.ts';
import type {
  HeadResult,
  ListOptions,
  ObjectDescription,
  ObjectStore,
  ReadResult,
  WriteOptions,
  WriteResult,
} from './object_store.ts';
import { modelOfPointerKey } from './storage_keys.ts';

export interface ReplicatingOptions {
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Called when a pointer was written to the bucket but not to its replica. */
  readonly onFault: (model: string, error: unknown) => void;
}

/**
 * An object store that also writes every pointer to a replica, after the bucket. Callers that change pointers are not
 * aware of it. A failed replica does not fail the write, since the flip has happened.
 */
export class ReplicatingObjectStore implements ObjectStore {
  readonly #store: ObjectStore;
  readonly #replica: PointerReplica;
  readonly #options: ReplicatingOptions;
  /** The models whose pointer was read but not written to the replica since. */
  readonly #unsettled = new Set<string>();

  constructor(store: ObjectStore, replica: PointerReplica, options: ReplicatingOptions) {
    this.#store = store;
    this.#replica = replica;
    this.#options = options;
  }

  get(key: string, options?: { unlessEtag?: string }): Promise<ReadResult> {
    const model = modelOfPointerKey(key);
    if (model !== undefined) this.#unsettled.add(model);
    return this.#store.get(key, options);
  }

  head(key: string): Promise<HeadResult> {
    return this.#store.head(key);
  }

  async put(key: string, value: Uint8Array, options: WriteOptions): Promise<WriteResult> {
    const model = modelOfPointerKey(key);
    const result = await this.#store.put(key, value, options);
    if (model === undefined || result.kind !== 'written') return result;
    await this.#reported(model, () =>
      replicatePointer(this.#store, this.#replica, model, this.#options.wait),
    );
    return result;
  }

  delete(keys: readonly string[]): Promise<void> {
    return this.#store.delete(keys);
  }

  list(prefix: string, options?: ListOptions): AsyncIterable<ObjectDescription> {
    return this.#store.list(prefix, options);
  }

  listFolders(prefix: string, options?: ListOptions): AsyncIterable<string> {
    return this.#store.listFolders(prefix, options);
  }

  /** Repairs the replicas of the models that this store has read, which an earlier writer may have left out of date. */
  async repair(): Promise<void> {
    for (const model of [...this.#unsettled]) {
      await this.#reported(model, () => repairReplica(this.#store, this.#replica, model, this.#options.wait));
    }
  }

  async #reported(model: string, write: () => Promise<unknown>): Promise<void> {
    this.#unsettled.delete(model);
    try {
      await write();
    } catch (error) {
      this.#options.onFault(model, error);
    }
  }
}
