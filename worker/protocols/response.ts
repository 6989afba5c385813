import type { AnsweredBy } from '../serving/serving.ts';

/** A JSON answer; with the headers that name the version, where one was chosen. */
export function jsonResponse(
  json: string | Uint8Array<ArrayBuffer>,
  status = 200,
  by?: AnsweredBy,
): Response {
  const headers = new Headers({ 'content-type': 'application/json' });
  if (by !== undefined) setVersionHeaders(headers, by);
  return new Response(json, { status, headers });
}

/** The form of an error in both protocols: an object with the sentence as its only member. */
export function errorResponse(message: string, status: number, by?: AnsweredBy): Response {
  return jsonResponse(JSON.stringify({ error: message }), status, by);
}

/** Says which version answered, and what the client should know about the choice. */
export function setVersionHeaders(headers: Headers, by: AnsweredBy): void {
  headers.set('x-model-version', headerText(by.version));
  headers.set('x-model-generation', String(by.generation));
  if (by.fallback !== undefined) {
    headers.set('x-model-fallback', headerText(`${by.fallback.wanted}; ${by.fallback.reason}`));
  }
  if (by.stalePointer !== undefined) {
    headers.set('x-model-stale-pointer', headerText(by.stalePointer.reason));
  }
}

const HEADER_LENGTH = 200;

/** Reasons quote what they found; only printable ASCII is the same in every client. */
function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, HEADER_LENGTH);
}

/** The headers of ours that pages of other origins may read, where CORS lets them. */
export const EXPOSED_HEADERS = [
  'x-model-version',
  'x-model-generation',
  'x-model-fallback',
  'x-model-stale-pointer',
  'inference-header-content-length',
  'server-timing',
] as const;
