import type { Blob } from '../../model/content.ts';
import type { ObjectStore } from '../../registry/storage/object_store.ts';
import type { BlobCache } from '../../registry/version/blob_cache.ts';
import { openBlob } from '../../registry/version/blob_store.ts';
import { retryOnce } from './retry_once.ts';
import { IntegrityError, verifiedPieces } from './verified_stream.ts';

/** The source of a blob. `hit` and `miss` refer to the cache; `damaged` means that the cached content was wrong. */
export type CacheOutcome = 'hit' | 'miss' | 'damaged';

export interface BlobSource {
  readonly store: ObjectStore;
  readonly cache?: BlobCache | undefined;
  readonly onCache?: (outcome: CacheOutcome) => void;
}

interface Opened {
  readonly from: 'cache' | 'storage';
  readonly stream: ReadableStream<Uint8Array>;
}

/**
 * Reads and verifies the files of one version, from the cache if it has them. While one is read, the next file of the
 * manifest is already requested, so that only the first one is waited for.
 */
export class BlobReader {
  readonly #source: BlobSource;
  readonly #blobs: readonly Blob[];
  readonly #missed: Blob[] = [];
  #ahead: { readonly blob: Blob; readonly opening: Promise<Opened | undefined> } | undefined;
  #wasMisled = false;

  constructor(source: BlobSource, blobs: readonly Blob[]) {
    this.#source = source;
    this.#blobs = blobs;
  }

  /** True if the cache returned wrong or truncated content, which is now deleted from the cache. */
  get wasMisled(): boolean {
    return this.#wasMisled;
  }

  /** Yields the pieces of a file. Each is valid until the next is requested. */
  async *read(path: string): AsyncGenerator<Uint8Array, void> {
    const index = this.#blobs.findIndex((blob) => blob.path === path);
    const blob = this.#blobs[index];
    if (blob === undefined) throw new IntegrityError(`the manifest lists no file ${path}`);
    const opened = await this.#take(blob);
    if (opened === undefined) throw new IntegrityError(`the blob of ${path} is missing`);
    this.openAhead(this.#blobs[index + 1]);
    try {
      yield* verifiedPieces(blob, opened.stream);
    } catch (error) {
      if (opened.from === 'cache') await this.#wasDamaged(blob);
      throw error;
    }
  }

  /** Requests the file that is probably read next. */
  openAhead(blob: Blob | undefined): void {
    if (blob === undefined || this.#ahead?.blob === blob) return;
    this.close();
    const opening = this.#open(blob);
    // The read of the file reports the error, if the file is read.
    opening.catch(() => undefined);
    this.#ahead = { blob, opening };
  }

  /** Cancels a requested file that was not read. */
  close(): void {
    const { opening } = this.#ahead ?? {};
    this.#ahead = undefined;
    opening?.then((opened) => opened?.stream.cancel()).catch(() => undefined);
  }

  /** Stores missed files in the cache by reading them again, since their pieces were not kept. */
  async keepMissed(): Promise<void> {
    const { store, cache } = this.#source;
    for (const { sha256, bytes } of this.#missed.splice(0)) {
      await cache?.keep(sha256, bytes, async () => {
        const read = await openBlob(store, sha256);
        return read.kind === 'found' ? read.stream : undefined;
      });
    }
  }

  #take(blob: Blob): Promise<Opened | undefined> {
    const ahead = this.#ahead;
    if (ahead?.blob !== blob) return this.#open(blob);
    this.#ahead = undefined;
    return ahead.opening;
  }

  async #open(blob: Blob): Promise<Opened | undefined> {
    const { store, cache, onCache } = this.#source;
    if (cache !== undefined) {
      const stream = await cache.open(blob.sha256);
      onCache?.(stream === undefined ? 'miss' : 'hit');
      if (stream !== undefined) return { from: 'cache', stream };
      this.#missed.push(blob);
    }
    const read = await retryOnce(() => openBlob(store, blob.sha256));
    return read.kind === 'found' ? { from: 'storage', stream: read.stream } : undefined;
  }

  async #wasDamaged({ sha256 }: Blob): Promise<void> {
    this.#wasMisled = true;
    this.#source.onCache?.('damaged');
    await this.#source.cache?.drop(sha256);
  }
}
