import type { NamedTensors } from '../../model/tensor.ts';
import type { TextPieces } from '../json/text_pieces.ts';
import type { MemoryShare } from '../memory/memory_share.ts';
import type { AnswerBody } from './answer_templates.ts';

/** The body of an answer: a finished text, or a text that is made in pieces while it is sent. */
export type AnswerText = Uint8Array<ArrayBuffer> | SentInPieces;

export class SentInPieces {
  readonly pieces: TextPieces;

  constructor(pieces: TextPieces) {
    this.pieces = pieces;
  }
}

/** The text of more values than this is made while it is sent. */
const MOST_VALUES_AT_ONCE = 32_768;
const MOST_STRING_BYTES_AT_ONCE = 256 * 1024;

/** True if the text of the tensors is too long to be in memory as a whole. */
export function areLarge(tensors: NamedTensors): boolean {
  let values = 0;
  let stringBytes = 0;
  for (const tensor of tensors.values()) {
    values += tensor.values.length;
    if (values > MOST_VALUES_AT_ONCE) return true;
    if (tensor.dtype !== 'string') continue;
    for (const { length } of tensor.values) stringBytes += length;
  }
  return stringBytes > MOST_STRING_BYTES_AT_ONCE;
}

/**
 * Makes the body of a response. A body that is made while it is sent keeps the request's memory share until its end.
 */
export function bodyOf(text: string | AnswerText, share: MemoryShare): AnswerBody {
  if (!(text instanceof SentInPieces)) return text;
  const { pieces } = text;
  share.keepForSending();
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (!share.isKept()) {
          controller.error(new Error('The client read the response too slowly'));
          return;
        }
        const next = pieces.next();
        if (!next.done) {
          controller.enqueue(next.value);
          return;
        }
        share.release();
        controller.close();
      },
      cancel() {
        share.release();
      },
    },
    { highWaterMark: 0 },
  );
}
