/** Each read is a step between JavaScript and the platform that costs as much as copying this many bytes. */
const PIECE_BYTES = 512 * 1024;

/**
 * The bytes of a stream in few large pieces: the next is read while the one before is used. A piece lies in memory
 * that is read into again, so it is valid only until the next one is asked for.
 */
export function piecesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const reader = byteReader(stream);
  return reader === undefined ? chunksOf(stream) : readAhead(reader);
}

/** A reader into memory of ours; undefined for a stream of chunks that JavaScript makes. */
function byteReader(stream: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | undefined {
  try {
    return stream.getReader({ mode: 'byob' });
  } catch (error) {
    if (error instanceof TypeError && !stream.locked) return undefined;
    throw error;
  }
}

async function* readAhead(reader: ReadableStreamBYOBReader): AsyncGenerator<Uint8Array, void> {
  const read = (buffer: ArrayBufferLike) => {
    const reading = reader.readAtLeast(PIECE_BYTES, new Uint8Array(buffer));
    // Heard of when the piece is asked for, if it is.
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
    // Not waited for: whoever gave up does not depend on how the sender takes it.
    if (!isDone) reader.cancel().catch(() => undefined);
  }
}

async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  yield* stream;
}
