import { CodedError, type ErrorCode } from '../../model/coded_error.ts';
import type { Blob } from '../../model/content.ts';
import { toHex } from '../../registry/storage/hex.ts';
import { readAhead } from './read_ahead.ts';

/** The content differs from the manifest. */
export class IntegrityError extends CodedError {
  override readonly code: ErrorCode = 'ERR_BLOB_CORRUPT';
}

/**
 * Yields the pieces of a blob as they arrive and checks the digest after the last one: they must be used only if the
 * iteration ends without an error. Each is valid until the next is requested.
 *
 * @throws IntegrityError if length or digest differ
 */
export async function* verifiedPieces(
  blob: Blob,
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  const digest = new crypto.DigestStream('SHA-256');
  const writer = digest.getWriter();
  let bytes = 0;
  try {
    for await (const piece of readAhead(stream)) {
      bytes += piece.length;
      if (bytes > blob.bytes) throw new IntegrityError(`${blob.path} has more than ${blob.bytes} bytes`);
      await writer.write(piece);
      yield piece;
    }
    if (bytes < blob.bytes) {
      throw new IntegrityError(`${blob.path} has ${bytes} bytes; the manifest says ${blob.bytes}`);
    }
    await writer.close();
  } catch (error) {
    // Awaits the digest, whose rejection would otherwise be unhandled.
    digest.digest.catch(() => undefined);
    await writer.abort(error).catch(() => undefined);
    throw error;
  }
  const sha256 = toHex(new Uint8Array(await digest.digest));
  if (sha256 !== blob.sha256) {
    throw new IntegrityError(`${blob.path} has sha256 ${sha256}; the manifest says ${blob.sha256}`);
  }
}
