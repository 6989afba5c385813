import type {
  HeadResult,
  ListOptions,
  ObjectDescription,
  ObjectStore,
  ReadResult,
  WriteOptions,
  WriteResult,
} from './object_store.ts';

/**
 * The used part of Workers' R2Bucket. The same code runs on a Worker's binding and on the binding that wrangler's
 * platform proxy provides to a script.
 */
export interface R2BucketBinding {
  get(
    key: string,
    options?: { onlyIf?: { etagDoesNotMatch: string } },
  ): Promise<(R2ObjectDescription & Partial<R2ObjectContent>) | null>;
  head(key: string): Promise<R2ObjectDescription | null>;
  put(
    key: string,
    value: Uint8Array | ReadableStream<Uint8Array>,
    options?: { onlyIf?: { etagMatches: string } | { etagDoesNotMatch: string }; sha256?: string },
  ): Promise<R2ObjectDescription | null>;
  delete(keys: string[]): Promise<void>;
  list(options: { prefix: string; cursor?: string; delimiter?: string; startAfter?: string }): Promise<{
    objects: R2ObjectDescription[];
    delimitedPrefixes: string[];
    truncated: boolean;
    cursor?: string;
  }>;
}

interface R2ObjectDescription {
  readonly key: string;
  readonly etag: string;
  readonly size: number;
  readonly uploaded: Date;
}

interface R2ObjectContent {
  readonly body: ReadableStream<Uint8Array>;
  text(): Promise<string>;
}

/** R2 deletes at most this many objects in one call. */
const DELETE_BATCH = 1000;

/** The registry's store in an R2 bucket. */
export class R2ObjectStore implements ObjectStore {
  readonly #bucket: R2BucketBinding;

  constructor(bucket: R2BucketBinding) {
    this.#bucket = bucket;
  }

  async get(key: string, options: { unlessEtag?: string } = {}): Promise<ReadResult> {
    const object = await this.#bucket.get(
      key,
      options.unlessEtag === undefined ? {} : { onlyIf: { etagDoesNotMatch: options.unlessEtag } },
    );
    if (object === null) return { kind: 'missing' };
    // If the condition does not hold, R2 returns the object's description without its content. Only a caller that needs
    // the stream accesses `body`: through wrangler's platform proxy, the access reads it.
    const { etag, size } = object;
    if (!hasContent(object)) return { kind: 'unchanged' };
    return {
      kind: 'found',
      object: {
        etag,
        size,
        uploaded: new Date(object.uploaded),
        get stream() {
          return object.body;
        },
        text: () => object.text(),
      },
    };
  }

  async head(key: string): Promise<HeadResult> {
    const description = await this.#bucket.head(key);
    return description === null ? { kind: 'missing' } : { kind: 'found', description: describe(description) };
  }

  put(key: string, value: Uint8Array, options: WriteOptions): Promise<WriteResult> {
    return this.#put(key, value, options);
  }

  /** Stores a stream. R2 must know its length, as that of a request's body. */
  putStream(key: string, value: ReadableStream<Uint8Array>, options: WriteOptions): Promise<WriteResult> {
    return this.#put(key, value, options);
  }

  async #put(
    key: string,
    value: Uint8Array | ReadableStream<Uint8Array>,
    options: WriteOptions,
  ): Promise<WriteResult> {
    const written = await this.#bucket.put(key, value, {
      ...condition(options.condition),
      ...(options.sha256 === undefined ? {} : { sha256: options.sha256 }),
    });
    if (written === null) return { kind: 'conflict' };
    return { kind: 'written', etag: written.etag, uploaded: written.uploaded };
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (let start = 0; start < keys.length; start += DELETE_BATCH) {
      await this.#bucket.delete(keys.slice(start, start + DELETE_BATCH));
    }
  }

  async *list(prefix: string, { after }: ListOptions = {}): AsyncIterable<ObjectDescription> {
    let cursor: string | undefined;
    do {
      const page = await this.#bucket.list({ prefix, ...position(cursor, after) });
      yield* page.objects.map(describe);
      cursor = page.truncated ? page.cursor : undefined;
    } while (cursor !== undefined);
  }

  async *listFolders(prefix: string, { after }: ListOptions = {}): AsyncIterable<string> {
    // No key inside the folder itself sorts after this one.
    const last = after === undefined ? undefined : `${prefix}${after}/\u{10ffff}`;
    let cursor: string | undefined;
    do {
      const page = await this.#bucket.list({ prefix, delimiter: '/', ...position(cursor, last) });
      for (const folder of page.delimitedPrefixes) yield folder.slice(prefix.length, -1);
      cursor = page.truncated ? page.cursor : undefined;
    } while (cursor !== undefined);
  }
}

/** Returns where a page begins: at the cursor of the previous page, if there is one. */
function position(
  cursor: string | undefined,
  startAfter: string | undefined,
): { cursor?: string; startAfter?: string } {
  if (cursor !== undefined) return { cursor };
  return startAfter === undefined ? {} : { startAfter };
}

function hasContent(
  object: R2ObjectDescription & Partial<R2ObjectContent>,
): object is R2ObjectDescription & R2ObjectContent {
  return object.text !== undefined;
}

function describe({ key, etag, size, uploaded }: R2ObjectDescription): ObjectDescription {
  return { key, etag, size, uploaded: new Date(uploaded) };
}

function condition(condition: WriteOptions['condition']): {
  onlyIf?: { etagMatches: string } | { etagDoesNotMatch: string };
} {
  switch (condition.kind) {
    case 'always':
      return {};
    case 'absent':
      return { onlyIf: { etagDoesNotMatch: '*' } };
    case 'matches':
      return { onlyIf: { etagMatches: condition.etag } };
  }
}

/** True if R2 refused bytes that do not have the given digest, which a retry does not change. */
export function isWrongDigest(error: unknown): boolean {
  return String(error).includes('(10037)');
}
