/** A text in UTF-8, made a piece at a time as it is sent. Each piece has memory of its own. */
export type TextPieces<Memory extends ArrayBufferLike = ArrayBufferLike> = Generator<
  Uint8Array<Memory>,
  void
>;

/** A piece is handed on once it has so many bytes. */
export const PIECE_BYTES = 64 * 1024;
