import type { ObjectStore } from '../../../worker/registry/storage/object_store.ts';

export type StoreOperation = 'get' | 'head' | 'put' | 'delete' | 'list';

/** Called around every operation; may wait or throw. After a throw from `after`, the operation has happened. */
export interface StoreHooks {
  before?(operation: StoreOperation, key: string): Promise<void> | void;
  after?(operation: StoreOperation, key: string): Promise<void> | void;
}

/** A store over a real one into which a test can inject faults and pauses. */
export function hookedObjectStore(store: ObjectStore, hooks: StoreHooks): ObjectStore {
  const around = async <Result>(operation: StoreOperation, key: string, run: () => Promise<Result>) => {
    await hooks.before?.(operation, key);
    const result = await run();
    await hooks.after?.(operation, key);
    return result;
  };
  return {
    get: (key, options) => around('get', key, () => store.get(key, options)),
    head: (key) => around('head', key, () => store.head(key)),
    put: (key, value, options) => around('put', key, () => store.put(key, value, options)),
    delete: (keys) => around('delete', keys.join(' '), () => store.delete(keys)),
    async *list(prefix, options) {
      await hooks.before?.('list', prefix);
      yield* store.list(prefix, options);
      await hooks.after?.('list', prefix);
    },
    async *listFolders(prefix, options) {
      await hooks.before?.('list', prefix);
      yield* store.listFolders(prefix, options);
      await hooks.after?.('list', prefix);
    },
  };
}
