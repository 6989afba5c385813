import { within } from '../storage/waiting.ts';

/** Blobs nearer than storage. It may have none at any time, and what it gives is verified like everything else. */
export interface BlobCache {
  /** A blob's bytes; undefined where it is not there or the cache gives no answer. Never rejects. */
  open(sha256: string): Promise<ReadableStream<Uint8Array> | undefined>;
  /** Keeps a blob. Never rejects: what is not kept is read from storage again. */
  keep(
    sha256: string,
    bytes: number,
    open: () => Promise<ReadableStream<Uint8Array> | undefined>,
  ): Promise<void>;
  /** Lets go of what was found to be another than it should be. Never rejects. */
  drop(sha256: string): Promise<void>;
}

/** The part of Workers' Cache that is used here. */
export type CacheBinding = Pick<Cache, 'match' | 'put' | 'delete'>;

/** A near answer that takes longer than this is none. */
const PATIENCE_MS = 2_000;

/** Blobs never change: what is found under a digest is always fresh. */
const FOREVER = 'public, max-age=31536000, immutable';

/**
 * A cache of blobs over the Cache API, shared by the isolates of a location. On workers.dev that keeps nothing:
 * it is given one blob by an isolate and, where that is not there afterwards, no more.
 *
 * @param onFault is told why the cache was of no use, where that is a fault
 */
export class PlatformBlobCache implements BlobCache {
  readonly #cache: CacheBinding;
  readonly #onFault: (reason: string) => void;
  #keeps: boolean | undefined;

  constructor(cache: CacheBinding, onFault: (reason: string) => void) {
    this.#cache = cache;
    this.#onFault = onFault;
  }

  async open(sha256: string): Promise<ReadableStream<Uint8Array> | undefined> {
    const response = await this.#attempt(() => this.#cache.match(keyOf(sha256)));
    return response?.body ?? undefined;
  }

  async keep(
    sha256: string,
    bytes: number,
    open: () => Promise<ReadableStream<Uint8Array> | undefined>,
  ): Promise<void> {
    if (this.#keeps === false) return;
    try {
      const stream = await open();
      if (stream === undefined) return;
      const headers = { 'cache-control': FOREVER, 'content-length': String(bytes) };
      await this.#cache.put(keyOf(sha256), new Response(stream, { headers }));
      if (this.#keeps !== undefined) return;
      const kept = await this.open(sha256);
      this.#keeps = kept !== undefined;
      await kept?.cancel();
    } catch (error) {
      this.#onFault(String(error));
    }
  }

  async drop(sha256: string): Promise<void> {
    await this.#attempt(() => this.#cache.delete(keyOf(sha256)));
  }

  async #attempt<Result>(operation: () => Promise<Result>): Promise<Result | undefined> {
    try {
      const late = () => new Error(`the cache gave no answer within ${PATIENCE_MS} ms`);
      return await within(PATIENCE_MS, operation(), late);
    } catch (error) {
      this.#onFault(String(error));
      return undefined;
    }
  }
}

/** A key of the Cache API is a URL; nothing is ever fetched from this one. */
function keyOf(sha256: string): string {
  return `https://blobs.edge-serving.invalid/sha256/${sha256}`;
}
