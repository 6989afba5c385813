import type { Blob } from '../../model/content.ts';
import type { ObjectStore } from '../../registry/storage/object_store.ts';
import type { BlobCache } from '../../registry/version/blob_cache.ts';
import { openBlob } from '../../registry/version/blob_store.ts';
import { retryOnce } from './retry_once.ts';
import { IntegrityError, verifiedPieces } from './verified_stream.ts';

/** Where a blob was read from: `hit` and `miss` are the cache's, `damaged` what it gave and was not the blob. */
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
 * Reads the files of one version, verified, from the cache where it has them. While one is read the next of the
 * manifest is asked for already, so that only the first is waited for.
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

  /** Whether what the cache gave was not the blob, or ended early. It is not in the cache any more. */
  get wasMisled(): boolean {
    return this.#wasMisled;
  }

  /** The pieces of a file, each valid until the next is asked for. */
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

  /** Asks for a file that will be read next, probably. */
  openAhead(blob: Blob | undefined): void {
    if (blob === undefined || this.#ahead?.blob === blob) return;
    this.close();
    const opening = this.#open(blob);
    // Heard of when the file is read, if it is.
    opening.catch(() => undefined);
    this.#ahead = { blob, opening };
  }

  /** Lets go of what was asked for and never read. */
  close(): void {
    const { opening } = this.#ahead ?? {};
    this.#ahead = undefined;
    opening?.then((opened) => opened?.stream.cancel()).catch(() => undefined);
  }

  /** Keeps in the cache what was not there, by reading it again: what was read went to its place in pieces. */
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
