import { within } from '../storage/waiting.ts';

/** A cache of blobs that is nearer than storage. It may lack any blob, and its content is verified like storage's. */
export interface BlobCache {
  /** Resolves to a blob's bytes, or to undefined if the cache does not have it or does not answer. Never rejects. */
  open(sha256: string): Promise<ReadableStream<Uint8Array> | undefined>;
  /** Stores a blob. Never rejects: a blob that is not cached is read from storage. */
  keep(
    sha256: string,
    bytes: number,
    open: () => Promise<ReadableStream<Uint8Array> | undefined>,
  ): Promise<void>;
  /** Deletes an entry whose content was wrong. Never rejects. */
  drop(sha256: string): Promise<void>;
}

/** The used part of Workers' Cache. */
export type CacheBinding = Pick<Cache, 'match' | 'put' | 'delete'>;

/** A slower answer counts as a miss. */
const PATIENCE_MS = 2_000;

/** Blobs are immutable, so that a cached blob is always current. */
const FOREVER = 'public, max-age=31536000, immutable';

/**
 * A cache of blobs in the Cache API, which the isolates of a location share. On workers.dev the Cache API stores
 * nothing: each isolate stores one blob and, if it cannot read it back, stores no more.
 *
 * @param onFault receives the reason if a fault disables the cache
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
      const late = () => new Error(`the cache did not answer within ${PATIENCE_MS} ms`);
      return await within(PATIENCE_MS, operation(), late);
    } catch (error) {
      this.#onFault(String(error));
      return undefined;
    }
  }
}

/** The Cache API uses URLs as keys. Nothing is ever fetched from this one. */
function keyOf(sha256: string): string {
  return `https://blobs.edge-serving.invalid/sha256/${sha256}`;
}
