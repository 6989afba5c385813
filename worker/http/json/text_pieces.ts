/** A text in UTF-8 that is made in pieces while it is sent. Each piece has its own memory. */
export type TextPieces<Memory extends ArrayBufferLike = ArrayBufferLike> = Generator<
  Uint8Array<Memory>,
  void
>;

/** A piece is yielded once it has this many bytes. */
export const PIECE_BYTES = 64 * 1024;
