import type { AnsweredBy } from '../../serving/serving.ts';
import { errorText, jsonResponse } from '../response.ts';

/** A response before the platform's object is made of it, and what metrics should know of it. */
export interface Answer {
  readonly status: number;
  /** Null for an answer that has none. */
  readonly json: string | Uint8Array<ArrayBuffer> | null;
  /** Which version answered, where one was chosen. */
  readonly by?: AnsweredBy;
  readonly isKnownModel: boolean;
  /** How many examples were computed. */
  readonly examples?: number;
}

/** A JSON answer of a version. */
export function jsonAnswer(
  json: string | Uint8Array<ArrayBuffer>,
  by: AnsweredBy,
  examples?: number,
): Answer {
  return { status: 200, json, by, isKnownModel: true, ...(examples !== undefined && { examples }) };
}

/** TensorFlow Serving's form of an error: an object with the sentence as its only member. */
export function errorAnswer(message: string, status: number, by?: AnsweredBy): Answer {
  return { status, json: errorText(message), isKnownModel: by !== undefined, ...(by && { by }) };
}

/** Any path may be asked for, as in TensorFlow Serving; only that something asks for an origin is looked at. */
export function preflightAnswer(headers: Headers): Answer {
  if (!/https?:\/\//.test(headers.get('origin') ?? '')) {
    return errorAnswer('Origin header is missing in CORS preflight', 400);
  }
  return { status: 200, json: null, isKnownModel: false };
}

/** The response, with the headers that name the version where one was chosen. */
export function responseOf({ status, json, by }: Answer): Response {
  return json === null ? new Response(null, { status }) : jsonResponse(json, status, by);
}
