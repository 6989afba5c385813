import type { AnsweredBy } from '../../../serving/api.ts';
import type { Phases } from '../../../serving/request/phases.ts';
import { errorText, JSON_CONTENT, jsonResponse } from '../../answer_headers.ts';
import { type AnswerBody, AnswerTemplates } from '../../answer_templates.ts';
import { bodyOf, SentInPieces } from '../../answer_text.ts';
import { joined } from '../../concat_bytes.ts';
import { PIECE_BYTES, type TextPieces } from '../../json/text_pieces.ts';
import type { MemoryShare } from '../../memory/memory_share.ts';
import { setServerTiming } from '../../server_timing.ts';
import type { EncodedOutputs } from './encode_outputs.ts';

/** A response before the platform's object is made of it, and what metrics should know of it. */
export interface Answer {
  readonly status: number;
  readonly body: AnswerBody;
  /** How many bytes of the body are JSON, where binary data follows. */
  readonly headerLength: number | undefined;
  /** Which version answered, where one was chosen. */
  readonly by: AnsweredBy | undefined;
  /** How many examples were computed. */
  readonly examples: number | undefined;
  /** The methods that a path takes, where the request's was another. */
  readonly allowed: string | undefined;
}

/** A JSON answer; of a version, where one was chosen. */
export function documentAnswer(document: object, by?: AnsweredBy): Answer {
  return answerOf(200, JSON.stringify(document), by);
}

export function errorAnswer(message: string, status: number, by?: AnsweredBy): Answer {
  return answerOf(status, errorText(message), by);
}

export function wrongMethodAnswer(message: string, allowed: string): Answer {
  return { ...errorAnswer(message, 405), allowed };
}

/**
 * An inference response: JSON, or JSON with binary data behind it where an output is binary.
 *
 * @param share of the request, which keeps it where the answer is sent a piece at a time
 */
export function inferenceAnswer(
  model: string,
  id: string | undefined,
  { json, binary }: EncodedOutputs,
  by: AnsweredBy,
  examples: number,
  share: MemoryShare,
): Answer {
  const head = JSON.stringify({
    model_name: model,
    model_version: by.version,
    ...(id !== undefined && { id }),
  });
  const begin = `${head.slice(0, -1)},"outputs":`;
  if (typeof json !== 'string') {
    const text = documentPieces(begin, json);
    // How long the JSON is stands in a header, before the binary data can be sent.
    const header = binary.length === 0 ? undefined : [...text];
    const pieces = header === undefined ? text : binaryPieces([...header, ...binary]);
    const headerLength = header?.reduce((sum, { length }) => sum + length, 0);
    return { ...answerOf(200, bodyOf(new SentInPieces(pieces), share), by, examples), headerLength };
  }
  const text = `${begin}${json}}`;
  if (binary.length === 0) return answerOf(200, text, by, examples);
  const header = ENCODER.encode(text);
  return { ...answerOf(200, joined([header, ...binary]), by, examples), headerLength: header.length };
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

function answerOf(
  status: number,
  body: Answer['body'],
  by: AnsweredBy | undefined,
  examples?: number,
): Answer {
  return { status, body, headerLength: undefined, by, examples, allowed: undefined };
}

/** The response, with headers that name the version where one was chosen and say what was waited for. */
export function responseOf(answer: Answer, phases: Phases | undefined): Response {
  const { status, body, headerLength, by, allowed } = answer;
  if (status === 200 && by !== undefined) return templatesFor(headerLength).answer(body, by, phases);
  const response = jsonResponse(body, status, by);
  if (allowed !== undefined) response.headers.set('allow', allowed);
  setServerTiming(response, phases);
  return response;
}

const JSON_TEMPLATES = new AnswerTemplates(JSON_CONTENT);

/** Answers of one model mostly have JSON of one length; of so many lengths templates are kept. */
const MOST_LENGTHS = 16;
const binaryTemplates = new Map<number, AnswerTemplates>();

function templatesFor(headerLength: number | undefined): AnswerTemplates {
  if (headerLength === undefined) return JSON_TEMPLATES;
  const known = binaryTemplates.get(headerLength);
  if (known !== undefined) return known;
  const templates = new AnswerTemplates(
    `content-type: application/octet-stream\ninference-header-content-length: ${headerLength}`,
  );
  if (binaryTemplates.size === MOST_LENGTHS) binaryTemplates.clear();
  binaryTemplates.set(headerLength, templates);
  return templates;
}
