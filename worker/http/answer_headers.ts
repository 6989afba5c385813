import type { AnsweredBy } from '../serving/api.ts';
import { remembered } from './memoize.ts';

/** The header of a JSON body, as a line. */
export const JSON_CONTENT = 'content-type: application/json';

/** What cannot be answered now may be asked again, in seconds. */
const RETRY_AFTER = '\nretry-after: 1';

/** A JSON answer; with the headers that name the version, where one was chosen. */
export function jsonResponse(
  json: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>,
  status = 200,
  by?: AnsweredBy,
): Response {
  const retry = status === 503 ? RETRY_AFTER : '';
  const lines = `${JSON_CONTENT}${retry}${by === undefined ? '' : versionHeaders(by)}`;
  return new Response(json, { status, headers: headersOf(lines) });
}

/** Headers written one to a line, as the platform's object; a response that is made with it has a copy. */
export const headersOf = remembered((lines) => {
  const headers = new Headers();
  for (const line of lines.split('\n')) {
    const colon = line.indexOf(': ');
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 2));
  }
  return headers;
});

/** The form of an error in both protocols: an object with the sentence as its only member. */
export function errorResponse(message: string, status: number, by?: AnsweredBy): Response {
  return jsonResponse(errorText(message), status, by);
}

export function errorText(message: string): string {
  return JSON.stringify({ error: message });
}

/** Lines that say which version answered, and what the client should know about the choice. */
export function versionHeaders({ version, generation, fallback, stalePointer }: AnsweredBy): string {
  let lines = `\nx-model-version: ${headerText(version)}\nx-model-generation: ${generation}`;
  if (fallback !== undefined) {
    lines += `\nx-model-fallback: ${headerText(`${fallback.wanted}; ${fallback.reason}`)}`;
  }
  if (stalePointer !== undefined) lines += `\nx-model-stale-pointer: ${headerText(stalePointer.reason)}`;
  return lines;
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
