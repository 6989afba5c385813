import { createHash } from 'node:crypto';
import { CodedError, type ErrorCode } from '../../worker/model/coded_error.ts';
import type { Blob } from '../../worker/model/content.ts';
import type { ObjectStore } from '../../worker/registry/storage/object_store.ts';
import { openBlob } from '../../worker/registry/version/blob_store.ts';

type BlobState =
  | { readonly kind: 'valid' }
  | { readonly kind: 'missing' }
  /** It has another length or another digest. */
  | { readonly kind: 'different' };

/**
 * Reads a blob to its end, and compares its length and its digest. A longer one is not read further.
 *
 * @param onPiece receives every piece, before it is known if the blob is valid
 */
export async function verifyBlob(
  store: ObjectStore,
  { sha256, bytes }: Pick<Blob, 'sha256' | 'bytes'>,
  onPiece: (piece: Uint8Array) => void = () => {},
): Promise<BlobState> {
  const read = await openBlob(store, sha256);
  if (read.kind === 'missing') return read;
  const digest = createHash('sha256');
  let length = 0;
  for await (const piece of read.stream) {
    length += piece.length;
    if (length > bytes) break;
    digest.update(piece);
    onPiece(piece);
  }
  return { kind: length === bytes && digest.digest('hex') === sha256 ? 'valid' : 'different' };
}

/** A blob is missing, or differs from its manifest. The message is a clause such as `its file a.bin is missing`. */
export class DamagedBlobError extends CodedError {
  override readonly code: ErrorCode = 'ERR_COPY_DAMAGED';
}

/**
 * Returns the bytes of a blob after checking them.
 *
 * @throws DamagedBlobError
 */
export async function readVerifiedBlob(
  store: ObjectStore,
  blob: Blob,
  onPiece: (piece: Uint8Array) => void = () => {},
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const { kind } = await verifyBlob(store, blob, (piece) => {
    pieces.push(piece);
    onPiece(piece);
  });
  if (kind === 'missing') throw new DamagedBlobError(`its file ${blob.path} is missing`);
  if (kind === 'different')
    throw new DamagedBlobError(`its file ${blob.path} differs from the published one`);
  return Buffer.concat(pieces);
}
