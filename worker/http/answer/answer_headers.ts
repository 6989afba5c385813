import type { AnsweredBy } from '../../serving/api.ts';
import { memoize } from '../memoize.ts';

/** The content type of a JSON body, as a header line. */
export const JSON_CONTENT = 'content-type: application/json';

/** A client may retry after this many seconds. */
const RETRY_AFTER = '\nretry-after: 1';

/** Makes a JSON response, with the version's headers if a version was chosen. */
export function jsonResponse(
  json: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>,
  status = 200,
  by?: AnsweredBy,
): Response {
  const retry = status === 503 ? RETRY_AFTER : '';
  const lines = `${JSON_CONTENT}${retry}${by === undefined ? '' : versionHeaders(by)}`;
  return new Response(json, { status, headers: headersOf(lines) });
}

/** Parses header lines into the platform's object. Every response made with the object copies it. */
export const headersOf = memoize((lines) => {
  const headers = new Headers();
  for (const line of lines.split('\n')) {
    const colon = line.indexOf(': ');
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 2));
  }
  return headers;
});

/** Makes an error response. Both protocols use an object whose only member is the message. */
export function errorResponse(message: string, status: number, by?: AnsweredBy): Response {
  return jsonResponse(errorText(message), status, by);
}

export function errorText(message: string): string {
  return JSON.stringify({ error: message });
}

/** Returns header lines that name the version and report a fallback or a stale pointer. */
export function versionHeaders({ version, generation, fallback, stalePointer }: AnsweredBy): string {
  let lines = `\nx-model-version: ${headerText(version)}\nx-model-generation: ${generation}`;
  if (fallback !== undefined) {
    lines += `\nx-model-fallback: ${headerText(`${fallback.wanted}; ${fallback.reason}`)}`;
  }
  if (stalePointer !== undefined) lines += `\nx-model-stale-pointer: ${headerText(stalePointer.reason)}`;
  return lines;
}

const HEADER_LENGTH = 200;

/** Reasons quote stored data, and clients agree only on printable ASCII in headers. */
const headerText = memoize((text) => text.replace(/[^\x20-\x7e]/g, '?').slice(0, HEADER_LENGTH));

/** This server's headers that pages of other origins may read if CORS is on. */
export const EXPOSED_HEADERS = [
  'x-model-version',
  'x-model-generation',
  'x-model-fallback',
  'x-model-stale-pointer',
  'inference-header-content-length',
  'server-timing',
  'retry-after',
  'x-request-id',
] as const;
