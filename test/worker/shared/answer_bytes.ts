import type { AnswerText } from '../../../worker/protocols/answer_text.ts';
import { SentInPieces } from '../../../worker/protocols/answer_text.ts';
import { joined } from '../../../worker/protocols/joined.ts';

/** All of an answer's body, however it is sent. */
export function answerBytes(text: AnswerText): Uint8Array {
  return text instanceof SentInPieces ? joined([...text.pieces]) : text;
}
