/** The pieces of a stream, one after the other. A piece is only valid until the next is asked for. */
export interface Pieces {
  /** Undefined where the stream has ended. Rejects where it broke. */
  next(): Promise<Uint8Array | undefined>;
  /** Nothing more is wanted. */
  cancel(): void;
}

const PIECE_BYTES = 64 * 1024;

/**
 * Reads a stream into one buffer again and again, where the stream allows that: the pieces that it would hand out
 * otherwise stay in memory until the collector comes by.
 */
export function piecesOf(stream: ReadableStream<Uint8Array>): Pieces {
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
    // Not waited for: the answer does not depend on how the sender takes it.
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
