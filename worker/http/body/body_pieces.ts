/** The pieces of a body in order. A piece is valid until the next is requested. */
export interface Pieces {
  /** Resolves to undefined at the end of the stream and rejects if the stream failed. */
  next(): Promise<Uint8Array | undefined>;
  /** Stops reading. */
  cancel(): void;
}

const PIECE_BYTES = 64 * 1024;

/**
 * Reads a stream into one reused buffer if the stream supports that. Otherwise each piece would stay in memory until
 * the collector runs.
 */
export function piecesOfBody(stream: ReadableStream<Uint8Array>): Pieces {
  let reader: ReadableStreamBYOBReader;
  try {
    reader = stream.getReader({ mode: 'byob' });
  } catch {
    return piecesByDefault(stream.getReader());
  }
  let buffer = new ArrayBuffer(PIECE_BYTES);
  return {
    async next() {
      const { value, done } = await reader.read(new Uint8Array(buffer));
      if (value !== undefined && value.buffer instanceof ArrayBuffer) buffer = value.buffer;
      return done ? undefined : value;
    },
    // The cancellation is not awaited: the answer does not depend on how the sender handles it.
    cancel: () => void reader.cancel().catch(() => undefined),
  };
}

function piecesByDefault(reader: ReadableStreamDefaultReader<Uint8Array>): Pieces {
  return {
    async next() {
      const { value, done } = await reader.read();
      return done ? undefined : value;
    },
    cancel: () => void reader.cancel().catch(() => undefined),
  };
}
