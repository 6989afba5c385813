import type {
  HeadResult,
  ListOptions,
  ObjectDescription,
  ObjectStore,
  ReadResult,
  WriteOptions,
  WriteResult,
} from '../../worker/registry/storage/object_store.ts';
import { unlessDiskFull } from '../files/full_disk.ts';

/** An object store over files in a directory that reports a full disk at once. */
export class DiskWatchingObjectStore implements ObjectStore {
  readonly #store: ObjectStore;
  readonly #directory: string;

  constructor(store: ObjectStore, directory: string) {
    this.#store = store;
    this.#directory = directory;
  }

  get(key: string, options?: { unlessEtag?: string }): Promise<ReadResult> {
    return this.#watched(0, () => this.#store.get(key, options));
  }

  head(key: string): Promise<HeadResult> {
    return this.#watched(0, () => this.#store.head(key));
  }

  put(key: string, value: Uint8Array, options: WriteOptions): Promise<WriteResult> {
    return this.#watched(value.byteLength, () => this.#store.put(key, value, options));
  }

  delete(keys: readonly string[]): Promise<void> {
    return this.#watched(0, () => this.#store.delete(keys));
  }

  list(prefix: string, options?: ListOptions): AsyncIterable<ObjectDescription> {
    return this.#listing(() => this.#store.list(prefix, options));
  }

  listFolders(prefix: string, options?: ListOptions): AsyncIterable<string> {
    return this.#listing(() => this.#store.listFolders(prefix, options));
  }

  async *#listing<T>(list: () => AsyncIterable<T>): AsyncIterable<T> {
    const items = list()[Symbol.asyncIterator]();
    for (;;) {
      const item = await this.#watched(0, () => items.next());
      if (item.done === true) return;
      yield item.value;
    }
  }

  #watched<T>(bytes: number, operation: () => Promise<T>): Promise<T> {
    return unlessDiskFull(this.#directory, bytes, operation);
  }
}
