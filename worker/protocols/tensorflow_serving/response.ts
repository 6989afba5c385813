import type { AnsweredBy } from '../../serving/serving.ts';

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
  const response = jsonResponse(JSON.stringify({ error: message }), status, by);
  return { response, isKnownModel: by !== undefined, ...(by && { by }) };
}

/** Any path may be asked for, as in TensorFlow Serving; only that something asks for an origin is looked at. */
export function preflightAnswer(headers: Headers): Answer {
  if (!/https?:\/\//.test(headers.get('origin') ?? '')) {
    return errorAnswer('Origin header is missing in CORS preflight', 400);
  }
  return { response: new Response(null, { status: 200 }), isKnownModel: false };
}

function jsonResponse(json: string | Uint8Array<ArrayBuffer>, status: number, by?: AnsweredBy): Response {
  const headers = new Headers({ 'content-type': 'application/json' });
  if (by !== undefined) {
    headers.set('x-model-version', headerText(by.version));
    headers.set('x-model-generation', String(by.generation));
    if (by.fallback !== undefined) {
      headers.set('x-model-fallback', headerText(`${by.fallback.wanted}; ${by.fallback.reason}`));
    }
    if (by.stalePointer !== undefined) {
      headers.set('x-model-stale-pointer', headerText(by.stalePointer.reason));
    }
  }
  return new Response(json, { status, headers });
}

const HEADER_LENGTH = 200;

/** Reasons quote what they found; only printable ASCII is the same in every client. */
function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, HEADER_LENGTH);
}
