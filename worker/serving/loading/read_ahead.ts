/** Each read is a transition between JavaScript and the platform that costs as much as copying this many bytes. */
const PIECE_BYTES = 512 * 1024;

/**
 * Yields the bytes of a stream in few large pieces. The next piece is read while the previous one is used. The memory
 * of a piece is reused, so that it is valid only until the next one is requested.
 */
export function readAhead(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const reader = byteReader(stream);
  return reader === undefined ? chunksOf(stream) : piecesOf(reader);
}

/** Returns a reader into provided memory, or undefined for a stream of chunks that JavaScript makes. */
function byteReader(stream: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | undefined {
  try {
    return stream.getReader({ mode: 'byob' });
  } catch (error) {
    if (error instanceof TypeError && !stream.locked) return undefined;
    throw error;
  }
}

async function* piecesOf(reader: ReadableStreamBYOBReader): AsyncGenerator<Uint8Array, void> {
  const read = (buffer: ArrayBufferLike) => {
    const reading = reader.readAtLeast(PIECE_BYTES, new Uint8Array(buffer));
    // The request for the piece reports the error, if it is made.
    reading.catch(() => undefined);
    return reading;
  };
  let spare: ArrayBufferLike = new ArrayBuffer(PIECE_BYTES);
  let reading = read(new ArrayBuffer(PIECE_BYTES));
  let isDone = false;
  try {
    while (!isDone) {
      const { done, value } = await reading;
      isDone = done;
      if (!done) reading = read(spare);
      if (value === undefined) continue;
      if (value.length > 0) yield value;
      spare = value.buffer;
    }
  } finally {
    // Not awaited: the caller does not depend on how the sender handles the cancellation.
    if (!isDone) reader.cancel().catch(() => undefined);
  }
}

async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  yield* stream;
}
