/**
 * So little goes into the decompressor at once: all that becomes of it is in memory before any of it can be
 * counted, and gzip makes a thousand bytes of one at most.
 */
const PIECE_BYTES = 4096;

/** Decompresses a stream as it is read. What is broken or cut short errors the stream. */
export function gunzipped(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const { readable, writable } = new DecompressionStream('gzip');
  // Whoever reads hears of every fault; the writing side has nobody to tell.
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
