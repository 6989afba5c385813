/** The format of a compressed body, by the platform's names: `deflate` is that of zlib, as HTTP means it. */
export type Compression = 'gzip' | 'deflate';

/**
 * Bytes that enter the decompressor at once. All of their output is in memory before any of it can be counted, and both
 * formats expand a byte to at most about a thousand.
 */
const PIECE_BYTES = 4096;

/** Decompresses a stream as it is read. Invalid or truncated data errors the stream. */
export function decompressed(
  stream: ReadableStream<Uint8Array>,
  compression: Compression,
): ReadableStream<Uint8Array> {
  const { readable, writable } = new DecompressionStream(compression);
  // The readable side reports every error, so that the writing side can ignore it.
  writePieces(stream, writable).catch(() => undefined);
  return readable;
}

async function writePieces(
  stream: ReadableStream<Uint8Array>,
  writable: DecompressionStream['writable'],
): Promise<void> {
  const reader = stream.getReader();
  const writer = writable.getWriter();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      for (let at = 0; at < next.value.length; at += PIECE_BYTES) {
        await writer.write(next.value.slice(at, at + PIECE_BYTES));
      }
    }
    await writer.close();
  } catch (error) {
    await Promise.allSettled([writer.abort(error), reader.cancel(error)]);
  }
}
