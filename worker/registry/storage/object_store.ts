/**
 * The storage interface of the registry: whole objects, conditional writes, listing. Strongly consistent. Expected
 * outcomes are results. An exception is a storage fault, after which a write may or may not have happened.
 */
export interface ObjectStore {
  /** With `unlessEtag`, an object that still has that etag is returned as `unchanged`, without its body. */
  get(key: string, options?: { unlessEtag?: string }): Promise<ReadResult>;
  head(key: string): Promise<HeadResult>;
  put(key: string, value: Uint8Array, options: WriteOptions): Promise<WriteResult>;
  /** Deleting a missing object is not an error. */
  delete(keys: readonly string[]): Promise<void>;
  /** Lists in the order of the keys' UTF-8 bytes. */
  list(prefix: string, options?: ListOptions): AsyncIterable<ObjectDescription>;
  /** Lists the path segments directly below a prefix that ends in `/`. */
  listFolders(prefix: string, options?: ListOptions): AsyncIterable<string>;
}

export interface ListOptions {
  /** Continues after this key, or after this folder, with which an earlier listing ended. */
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
  /** Hex. If set, storage refuses bytes that do not have this digest. */
  readonly sha256?: string;
}

export type WriteResult =
  | { readonly kind: 'written'; readonly etag: string; readonly uploaded: Date }
  | { readonly kind: 'conflict' };
