import type { AnswerText } from '../../../worker/http/answer_text.ts';
import { SentInPieces } from '../../../worker/http/answer_text.ts';
import { joined } from '../../../worker/http/concat_bytes.ts';

/** All of an answer's body, however it is sent. */
export function answerBytes(text: AnswerText): Uint8Array {
  return text instanceof SentInPieces ? joined([...text.pieces]) : text;
}
