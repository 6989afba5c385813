/**
 * What the registry asks of storage: whole objects, conditional writes, listing. Strongly consistent.
 * Expected outcomes are results; an exception is a storage fault, after which a write may or may not have
 * happened.
 */
export interface ObjectStore {
  /** With `unlessEtag`, an object that still has that etag comes back as `unchanged`, without its body. */
  get(key: string, options?: { unlessEtag?: string }): Promise<ReadResult>;
  head(key: string): Promise<HeadResult>;
  put(key: string, value: Uint8Array, options: WriteOptions): Promise<WriteResult>;
  /** Deleting what is not there is no error. */
  delete(keys: readonly string[]): Promise<void>;
  /** In the order of the keys' UTF-8 bytes. */
  list(prefix: string, options?: ListOptions): AsyncIterable<ObjectDescription>;
  /** The path segments directly below a prefix that ends in `/`. */
  listFolders(prefix: string, options?: ListOptions): AsyncIterable<string>;
}

export interface ListOptions {
  /** Goes on after this key, or after this folder: an earlier listing came as far. */
  readonly after?: string;
}

export interface ObjectDescription {
  readonly key: string;
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
  /** By the storage's own clock. */
  readonly uploaded: Date;
}

export interface ObjectBody {
  readonly etag: string;
  readonly size: number;
  /** By the storage's own clock. */
  readonly uploaded: Date;
  readonly stream: ReadableStream<Uint8Array>;
  text(): Promise<string>;
}

export type ReadResult =
  | { readonly kind: 'found'; readonly object: ObjectBody }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'missing' };

export type HeadResult =
  | { readonly kind: 'found'; readonly description: ObjectDescription }
  | { readonly kind: 'missing' };

export type WriteCondition =
  | { readonly kind: 'always' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'matches'; readonly etag: string };

export interface WriteOptions {
  readonly condition: WriteCondition;
  /** Hex. When given, storage refuses bytes that do not have this digest. */
  readonly sha256?: string;
}

export type WriteResult =
  | { readonly kind: 'written'; readonly etag: string; readonly uploaded: Date }
  | { readonly kind: 'conflict' };
