import type { AnsweredBy } from '../serving/api.ts';
import type { Phases } from '../serving/request/phases.ts';
import { errorText, JSON_CONTENT, jsonResponse } from './answer_headers.ts';
import { type AnswerBody, AnswerTemplates } from './answer_templates.ts';
import { setServerTiming } from './server_timing.ts';

/** A response before the platform's object is made of it, and what metrics should know of it. */
export interface Answer {
  readonly status: number;
  /** Null for an answer that has none. */
  readonly body: AnswerBody | null;
  /** Which version answered, where one was chosen. */
  readonly by: AnsweredBy | undefined;
  /** Whether the answer shows that there is such a model. */
  readonly isKnownModel: boolean;
  /** How many examples were computed. */
  readonly examples?: number;
  /** How many bytes of the body are JSON, where binary data follows. */
  readonly headerLength?: number | undefined;
  /** The methods that a path takes, where the request's was another. */
  readonly allowed?: string;
}

/** A JSON answer; of a version, where one was chosen. */
export function documentAnswer(document: object, by?: AnsweredBy): Answer {
  return { status: 200, body: JSON.stringify(document), by, isKnownModel: by !== undefined };
}

/** The form of an error in both protocols: an object with the sentence as its only member. */
export function errorAnswer(message: string, status: number, by?: AnsweredBy): Answer {
  return { status, body: errorText(message), by, isKnownModel: by !== undefined };
}

/** The response, with headers that name the version where one was chosen and say what was waited for. */
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
