/** The header in which an error answer names its request. */
const REQUEST_ID_HEADER = 'x-request-id';

const ids = new WeakMap<Request, string>();
const ID = /^[\w.:-]{1,128}$/;

/**
 * Returns the id of a request: Cloudflare's ray, which its own logs have too, or the one that the client sent, or a
 * random one. It is the same for the log, the header and the text of one request.
 */
export function requestIdOf(request: Request): string {
  const known = ids.get(request);
  if (known !== undefined) return known;
  const { headers } = request;
  const sent = [headers.get('cf-ray'), headers.get(REQUEST_ID_HEADER)];
  const id = sent.find((text) => text !== null && ID.test(text)) ?? crypto.randomUUID();
  ids.set(request, id);
  return id;
}

/** Adds the id of its request to an answer that is an error. */
export function identified(response: Response, request: Request): Response {
  if (response.status >= 400) response.headers.set(REQUEST_ID_HEADER, requestIdOf(request));
  return response;
}
