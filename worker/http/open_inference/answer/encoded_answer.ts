import { SentInPieces } from '../../answer/answer_text.ts';
import { concatBytes } from '../../concat_bytes.ts';
import { PIECE_BYTES, type TextPieces } from '../../json/text_pieces.ts';
import type { Computed } from '../../protocol_handler.ts';
import type { EncodedOutputs } from './encode_outputs.ts';

/** The members of an inference response other than its outputs. */
interface ResponseHead {
  readonly model: string;
  readonly version: string;
  /** The request's id. */
  readonly id: string | undefined;
}

/**
 * Makes an inference response: JSON, followed by binary data if an output is binary.
 *
 * @param examples the size of the batch
 */
export function encodedAnswer(
  { model, version, id }: ResponseHead,
  { json, binary }: EncodedOutputs,
  examples: number,
): Computed {
  const head = JSON.stringify({ model_name: model, model_version: version, ...(id !== undefined && { id }) });
  const begin = `${head.slice(0, -1)},"outputs":`;
  if (typeof json !== 'string') {
    const text = documentPieces(begin, json);
    // A header states the length of the JSON, which must be known before the response is sent.
    const header = binary.length === 0 ? undefined : [...text];
    const pieces = header === undefined ? text : binaryPieces([...header, ...binary]);
    const headerLength = header?.reduce((sum, { length }) => sum + length, 0);
    return { kind: 'computed', body: new SentInPieces(pieces), examples, headerLength };
  }
  const text = `${begin}${json}}`;
  if (binary.length === 0) return { kind: 'computed', body: text, examples };
  const header = ENCODER.encode(text);
  const body = concatBytes([header, ...binary]);
  return { kind: 'computed', body, examples, headerLength: header.length };
}

function* documentPieces(begin: string, outputs: TextPieces): TextPieces {
  yield ENCODER.encode(begin);
  yield* outputs;
  yield ENCODER.encode('}');
}

function* binaryPieces(parts: readonly Uint8Array[]): TextPieces {
  for (const part of parts) {
    for (let at = 0; at < part.length; at += PIECE_BYTES) yield part.slice(at, at + PIECE_BYTES);
  }
}

const ENCODER = new TextEncoder();
