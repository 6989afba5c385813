import type { AnsweredBy } from '../../serving/api.ts';
import type { Phases } from '../../serving/request/phases.ts';
import { errorText, JSON_CONTENT, jsonResponse } from '../answer_headers.ts';
import { type AnswerBody, AnswerTemplates } from '../answer_templates.ts';
import { setServerTiming } from '../server_timing.ts';

/** A response before the platform's object is made of it, and what metrics should know of it. */
export interface Answer {
  readonly status: number;
  /** Null for an answer that has none. */
  readonly json: AnswerBody | null;
  /** Which version answered, where one was chosen. */
  readonly by: AnsweredBy | undefined;
  readonly isKnownModel: boolean;
  /** How many examples were computed. */
  readonly examples: number | undefined;
}

/** A JSON answer of a version. */
export function jsonAnswer(json: AnswerBody, by: AnsweredBy, examples?: number): Answer {
  return { status: 200, json, by, isKnownModel: true, examples };
}

/** TensorFlow Serving's form of an error: an object with the sentence as its only member. */
export function errorAnswer(message: string, status: number, by?: AnsweredBy): Answer {
  return { status, json: errorText(message), by, isKnownModel: by !== undefined, examples: undefined };
}

/** Any path may be asked for, as in TensorFlow Serving; only that something asks for an origin is looked at. */
export function preflightAnswer(headers: Headers): Answer {
  if (!/https?:\/\//.test(headers.get('origin') ?? '')) {
    return errorAnswer('Origin header is missing in CORS preflight', 400);
  }
  return { status: 200, json: null, by: undefined, isKnownModel: false, examples: undefined };
}

const TEMPLATES = new AnswerTemplates(JSON_CONTENT);

/** The response, with headers that name the version where one was chosen and say what was waited for. */
export function responseOf({ status, json, by }: Answer, phases: Phases | undefined): Response {
  if (status === 200 && json !== null && by !== undefined) return TEMPLATES.answer(json, by, phases);
  const response = json === null ? new Response(null, { status }) : jsonResponse(json, status, by);
  setServerTiming(response, phases);
  return response;
}
