/**
 * Bytes that enter the decompressor at once. All of their output is in memory before any of it can be counted, and gzip
 * expands a byte to at most a thousand.
 */
const PIECE_BYTES = 4096;

/** Decompresses a stream as it is read. Invalid or truncated data errors the stream. */
export function gunzipped(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const { readable, writable } = new DecompressionStream('gzip');
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
