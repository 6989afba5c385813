import type { AnsweredBy } from '../../serving/api.ts';
import type { Phases } from '../../serving/request/phases.ts';
import { errorText, JSON_CONTENT, jsonResponse } from './answer_headers.ts';
import { type AnswerBody, AnswerTemplates } from './answer_templates.ts';
import { setServerTiming } from './server_timing.ts';

/** A response before it becomes the platform's object, with what metrics need. */
export interface Answer {
  readonly status: number;
  /** Null if the response has no body. */
  readonly body: AnswerBody | null;
  /** The version that answered, if one was chosen. */
  readonly by: AnsweredBy | undefined;
  /** True if the answer shows that the model exists. */
  readonly isKnownModel: boolean;
  /** The number of examples that were computed. */
  readonly examples?: number;
  /** The length of the JSON in bytes, if binary data follows it. */
  readonly headerLength?: number | undefined;
  /** The methods that the path accepts, if the request used another one. */
  readonly allowed?: string;
}

/** Makes a JSON answer, with the version's headers if a version was chosen. */
export function documentAnswer(document: object, by?: AnsweredBy): Answer {
  return { status: 200, body: JSON.stringify(document), by, isKnownModel: by !== undefined };
}

/** Makes an error answer. Both protocols use an object whose only member is the message. */
export function errorAnswer(message: string, status: number, by?: AnsweredBy): Answer {
  return { status, body: errorText(message), by, isKnownModel: by !== undefined };
}

/**
 * Makes the response, with headers that name the version, if one was chosen, and that list what the request waited for.
 */
export function responseOf(answer: Answer, phases: Phases | undefined): Response {
  const { status, body, headerLength, by, allowed } = answer;
  if (status === 200 && body !== null && by !== undefined) {
    return templatesFor(headerLength).answer(body, by, phases);
  }
  const response = body === null ? new Response(null, { status }) : jsonResponse(body, status, by);
  if (allowed !== undefined) response.headers.set('allow', allowed);
  setServerTiming(response, phases);
  return response;
}

const JSON_TEMPLATES = new AnswerTemplates(JSON_CONTENT);

/** Answers of one model mostly have JSON of one length. Templates are kept for this many lengths. */
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
