import type { ObjectStore } from '../storage/object_store.ts';
import { blobKey } from '../storage/storage_keys.ts';

/** True if the bucket has a blob of this digest and length. */
export async function hasBlob(store: ObjectStore, sha256: string, bytes: number): Promise<boolean> {
  const head = await store.head(blobKey(sha256));
  return head.kind === 'found' && head.description.size === bytes;
}

/** Uploads a blob. Storage refuses bytes that do not have the digest. Uploading an existing blob again is harmless. */
export async function writeBlob(store: ObjectStore, sha256: string, bytes: Uint8Array): Promise<void> {
  await store.put(blobKey(sha256), bytes, { condition: { kind: 'always' }, sha256 });
}

export type BlobRead =
  | { readonly kind: 'found'; readonly stream: ReadableStream<Uint8Array> }
  | { readonly kind: 'missing' };

/** Opens a blob. The stream is not verified: the reader checks the digest. */
export async function openBlob(store: ObjectStore, sha256: string): Promise<BlobRead> {
  const read = await store.get(blobKey(sha256));
  return read.kind === 'found' ? { kind: 'found', stream: read.object.stream } : { kind: 'missing' };
}
