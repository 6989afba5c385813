import type { AnsweredBy } from '../../serving/serving.ts';
import { errorResponse, jsonResponse } from '../response.ts';

/** A response, and what metrics should know of it. */
export interface Answer {
  readonly response: Response;
  /** Which version answered, where one was chosen. */
  readonly by?: AnsweredBy;
  readonly isKnownModel: boolean;
  /** How many examples were computed. */
  readonly examples?: number;
}

/** A JSON answer of a version, with the headers that name it. */
export function jsonAnswer(json: string | Uint8Array<ArrayBuffer>, by: AnsweredBy): Answer {
  return { response: jsonResponse(json, 200, by), by, isKnownModel: true };
}

/** TensorFlow Serving's form of an error: an object with the sentence as its only member. */
export function errorAnswer(message: string, status: number, by?: AnsweredBy): Answer {
  const response = errorResponse(message, status, by);
  return { response, isKnownModel: by !== undefined, ...(by && { by }) };
}

/** Any path may be asked for, as in TensorFlow Serving; only that something asks for an origin is looked at. */
export function preflightAnswer(headers: Headers): Answer {
  if (!/https?:\/\//.test(headers.get('origin') ?? '')) {
    return errorAnswer('Origin header is missing in CORS preflight', 400);
  }
  return { response: new Response(null, { status: 200 }), isKnownModel: false };
}
