import type { AnsweredBy } from '../serving/serving.ts';
import { remembered } from './remembered.ts';

/** Headers by their names. Made into the platform's only once, with the response: each call there costs. */
export type HeaderFields = Record<string, string>;

/** A JSON answer; with the headers that name the version, where one was chosen. */
export function jsonResponse(
  json: string | Uint8Array<ArrayBuffer>,
  status = 200,
  by?: AnsweredBy,
  more?: HeaderFields,
): Response {
  const headers: HeaderFields = { 'content-type': 'application/json' };
  if (by !== undefined) setVersionHeaders(headers, by);
  return new Response(json, { status, headers: more === undefined ? headers : { ...headers, ...more } });
}

/** The form of an error in both protocols: an object with the sentence as its only member. */
export function errorResponse(message: string, status: number, by?: AnsweredBy): Response {
  return jsonResponse(errorText(message), status, by);
}

export function errorText(message: string): string {
  return JSON.stringify({ error: message });
}

/** Says which version answered, and what the client should know about the choice. */
export function setVersionHeaders(headers: HeaderFields, by: AnsweredBy): void {
  headers['x-model-version'] = headerText(by.version);
  headers['x-model-generation'] = String(by.generation);
  if (by.fallback !== undefined) {
    headers['x-model-fallback'] = headerText(`${by.fallback.wanted}; ${by.fallback.reason}`);
  }
  if (by.stalePointer !== undefined) {
    headers['x-model-stale-pointer'] = headerText(by.stalePointer.reason);
  }
}

const HEADER_LENGTH = 200;

/** Reasons quote what they found; only printable ASCII is the same in every client. */
const headerText = remembered((text) => text.replace(/[^\x20-\x7e]/g, '?').slice(0, HEADER_LENGTH));

/** The headers of ours that pages of other origins may read, where CORS lets them. */
export const EXPOSED_HEADERS = [
  'x-model-version',
  'x-model-generation',
  'x-model-fallback',
  'x-model-stale-pointer',
  'inference-header-content-length',
  'server-timing',
] as const;
