import { PRUNING_KEY } from '../../worker/registry/keys.ts';
import type {
  HeadResult,
  ObjectBody,
  ObjectDescription,
  ObjectStore,
  ReadResult,
  WriteOptions,
  WriteResult,
} from '../../worker/registry/object_store.ts';

const ATTEMPTS = 7;
const FIRST_WAIT_MS = 20;

/** Objects up to this length are read as a whole, so that a fault in their content is retried too. Bytes. */
const DOCUMENT_BYTES = 4 * 1024 * 1024;

/**
 * An object store that tries again after faults. Local R2 needs it: while another process writes to the same
 * state folder, the file of an overwritten object can vanish under a reader.
 *
 * What is repeated, and why that is safe although the first try may have happened:
 * - reads and listings change nothing;
 * - an unconditional write puts the same bytes once more;
 * - a create-if-absent finds its own object as a conflict. All three callers look at what is there: a manifest
 *   by its content, a pointer by the id in its history, the lock of pruning by its id;
 * - a deletion of an immutable object. Not of the lock of pruning: by the second try another prune may hold
 *   it. releasePruningLock looks whose it is before each of its own tries.
 *
 * A write that must match an etag is not repeated. After a lost answer its own success would look like another
 * writer's, and to match the new etag instead would overwrite what nobody has looked at: updatePointer reads
 * the pointer again and decides anew.
 */
export class RetryingObjectStore implements ObjectStore {
  readonly #store: ObjectStore;
  readonly #wait: (milliseconds: number) => Promise<void>;

  constructor(store: ObjectStore, wait: (milliseconds: number) => Promise<void>) {
    this.#store = store;
    this.#wait = wait;
  }

  get(key: string, options?: { unlessEtag?: string }): Promise<ReadResult> {
    return this.#retry(async () => {
      const read = await this.#store.get(key, options);
      if (read.kind !== 'found' || read.object.size > DOCUMENT_BYTES) return read;
      return { kind: 'found', object: documentBody(read.object, await read.object.text()) };
    });
  }

  head(key: string): Promise<HeadResult> {
    return this.#retry(() => this.#store.head(key));
  }

  put(key: string, value: Uint8Array, options: WriteOptions): Promise<WriteResult> {
    const write = (): Promise<WriteResult> => this.#store.put(key, value, options);
    return options.condition.kind === 'matches' ? write() : this.#retry(write);
  }

  delete(keys: readonly string[]): Promise<void> {
    const remove = (): Promise<void> => this.#store.delete(keys);
    return keys.includes(PRUNING_KEY) ? remove() : this.#retry(remove);
  }

  async *list(prefix: string): AsyncIterable<ObjectDescription> {
    yield* await this.#retry(() => collect(this.#store.list(prefix)));
  }

  async *listFolders(prefix: string): AsyncIterable<string> {
    yield* await this.#retry(() => collect(this.#store.listFolders(prefix)));
  }

  async #retry<T>(operation: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await operation();
      } catch (error) {
        if (attempt === ATTEMPTS || isWrongDigest(error)) throw error;
      }
      await this.#wait(FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + Math.random()));
    }
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** R2 says so of bytes that do not have the digest given; they will not have it the next time either. */
function isWrongDigest(error: unknown): boolean {
  return error instanceof Error && error.message.includes('(10037)');
}

function documentBody({ etag, size }: ObjectBody, text: string): ObjectBody {
  return {
    etag,
    size,
    text: async () => text,
    get stream() {
      return new Blob([text]).stream();
    },
  };
}
