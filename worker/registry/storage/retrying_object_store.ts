import { CodedError } from '../../model/coded_error.ts';
import { DELETION_LIMIT_MS } from '../prune/pruning_lock.ts';
import type {
  HeadResult,
  ListOptions,
  ObjectBody,
  ObjectDescription,
  ObjectStore,
  ReadResult,
  WriteOptions,
  WriteResult,
} from './object_store.ts';
import { isWrongDigest } from './r2_object_store.ts';
import { PRUNING_KEY } from './storage_keys.ts';
import { TimeLimitError, withinTimeLimit } from './waiting.ts';

/** A fault that a retry cannot resolve. */
export abstract class LastingError extends CodedError {}

const ATTEMPTS = 7;
const FIRST_WAIT_MS = 20;

/** The time limits of a call, including all of its attempts. */
export interface StorageTimeLimits {
  /** Milliseconds for a read, one page of a listing, or the write of a document. */
  readonly call: number;
  /** Milliseconds for a deletion. A deletion that a prune abandoned must not be repeated afterwards. */
  readonly deletion: number;
  /** The slowest accepted upload: the time for the written bytes is added to `call`. */
  readonly bytesPerSecond: number;
}

const STORAGE_TIME_LIMITS: StorageTimeLimits = {
  call: 60_000,
  deletion: DELETION_LIMIT_MS,
  bytesPerSecond: 100_000,
};

/** Objects up to this size are read as a whole, so that a fault in their content is retried too. Bytes. */
const WHOLE_BYTES = 4 * 1024 * 1024;

/**
 * An object store that retries after faults. Local R2 needs it: while another process writes to the same state folder,
 * the file of an overwritten object can vanish under a reader.
 * The retried calls, and why retrying is safe although the first attempt may have happened:
 * - reads and listings change nothing;
 * - an unconditional write writes the same bytes again;
 * - a create-if-absent reports its own object as a conflict. All three callers inspect the existing object: a manifest
 *   by its content, a pointer by the id in its history, the lock of pruning by its id;
 * - a deletion of an immutable object is repeatable. The deletion of the lock of pruning is not: by the second attempt
 *   another prune may hold it. releasePruningLock checks the owner before each of its own attempts.
 * A write that must match an etag is not retried. After a lost response its own success would look like another
 * writer's, and matching the new etag instead would overwrite an unread document: updatePointer reads the pointer again
 * and decides anew.
 * Every call has a time limit: local R2 never answers a write for which the disk has no space. After a call without an
 * answer the store makes no further calls, so that a command ends instead of waiting for each of its cleanup calls.
 */
export class RetryingObjectStore implements ObjectStore {
  readonly #store: ObjectStore;
  readonly #wait: (milliseconds: number) => Promise<void>;
  readonly #limits: StorageTimeLimits;
  #unanswered: TimeLimitError | undefined;

  constructor(
    store: ObjectStore,
    wait: (milliseconds: number) => Promise<void>,
    limits: StorageTimeLimits = STORAGE_TIME_LIMITS,
  ) {
    this.#store = store;
    this.#wait = wait;
    this.#limits = limits;
  }

  get(key: string, options?: { unlessEtag?: string }): Promise<ReadResult> {
    return this.#answered(`reading ${key}`, this.#limits.call, ATTEMPTS, async () => {
      const read = await this.#store.get(key, options);
      if (read.kind !== 'found' || read.object.size > WHOLE_BYTES) return read;
      const bytes = new Uint8Array(await new Response(read.object.stream).arrayBuffer());
      return { kind: 'found', object: wholeBody(read.object, bytes) };
    });
  }

  head(key: string): Promise<HeadResult> {
    return this.#answered(`checking ${key}`, this.#limits.call, ATTEMPTS, () => this.#store.head(key));
  }

  put(key: string, value: Uint8Array, options: WriteOptions): Promise<WriteResult> {
    const limit = this.#limits.call + (value.byteLength / this.#limits.bytesPerSecond) * 1000;
    const attempts = options.condition.kind === 'matches' ? 1 : ATTEMPTS;
    return this.#answered(`writing ${key}`, limit, attempts, () => this.#store.put(key, value, options));
  }

  delete(keys: readonly string[]): Promise<void> {
    const attempts = keys.includes(PRUNING_KEY) ? 1 : ATTEMPTS;
    const what = keys.length === 1 ? `deleting ${keys[0]}` : `deleting ${keys.length} objects`;
    return this.#answered(what, this.#limits.deletion, attempts, () => this.#store.delete(keys));
  }

  async *list(prefix: string, options?: ListOptions): AsyncIterable<ObjectDescription> {
    yield* this.#resumed(
      prefix,
      ({ key }) => key,
      (after) => this.#store.list(prefix, after ?? options),
    );
  }

  async *listFolders(prefix: string, options?: ListOptions): AsyncIterable<string> {
    yield* this.#resumed(
      prefix,
      (folder) => folder,
      (after) => this.#store.listFolders(prefix, after ?? options),
    );
  }

  /**
   * Lists and, after a fault, continues after the last item. A reader that stops early causes no more page requests
   * than needed. The limit applies to every item, since each may be the first of another page.
   */
  async *#resumed<T>(
    prefix: string,
    positionOf: (item: T) => string,
    list: (after: ListOptions | undefined) => AsyncIterable<T>,
  ): AsyncIterable<T> {
    let after: ListOptions | undefined;
    let items: AsyncIterator<T> | undefined;
    for (;;) {
      const next = await this.#retry(ATTEMPTS, async () => {
        items ??= list(after)[Symbol.asyncIterator]();
        const current = items;
        try {
          return await this.#limited(`listing ${prefix}`, this.#limits.call, () => current.next());
        } catch (error) {
          items = undefined;
          throw error;
        }
      });
      if (next.done === true) return;
      after = { after: positionOf(next.value) };
      yield next.value;
    }
  }

  #answered<T>(what: string, limit: number, attempts: number, operation: () => Promise<T>): Promise<T> {
    return this.#limited(what, limit, () => this.#retry(attempts, operation));
  }

  async #limited<T>(what: string, limit: number, operation: () => Promise<T>): Promise<T> {
    if (this.#unanswered !== undefined) throw this.#unanswered;
    try {
      return await withinTimeLimit(what, limit, operation());
    } catch (error) {
      if (error instanceof TimeLimitError) this.#unanswered ??= error;
      throw error;
    }
  }

  async #retry<T>(attempts: number, operation: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await operation();
      } catch (error) {
        if (attempt === attempts || isLasting(error)) throw error;
      }
      await this.#wait(FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + Math.random()));
      // The caller has stopped waiting: a retry now would interfere with its later calls.
      if (this.#unanswered !== undefined) throw this.#unanswered;
    }
  }
}

/** True if a retry cannot succeed. */
function isLasting(error: unknown): boolean {
  return (
    error instanceof TimeLimitError ||
    error instanceof LastingError ||
    isWrongDigest(error) ||
    isUnwritable(error)
  );
}

/** The disk is full or read-only, according to the messages of the system and of SQLite. */
function isUnwritable(error: unknown): boolean {
  return (
    error instanceof Error &&
    /no space left|ENOSPC|disk is full|SQLITE_FULL|read-?only|EROFS/i.test(error.message)
  );
}

function wholeBody({ etag, size, uploaded }: ObjectBody, bytes: Uint8Array<ArrayBuffer>): ObjectBody {
  return {
    etag,
    size,
    uploaded,
    text: async () => new TextDecoder().decode(bytes),
    get stream() {
      return new Blob([bytes]).stream();
    },
  };
}
