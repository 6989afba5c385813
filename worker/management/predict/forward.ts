import { errorResponse } from '../../http/answer/answer_headers.ts';
import { requestIdOf } from '../../http/request_id.ts';
import type { ManagementRequest } from '../management_request.ts';

const PREFIX = '/api/v1/predict';

/** Of both protocols, the routes of models. The path goes on as it came. */
const FORWARDED = /^\/v[12]\/models(?:[/:]|$)/;

/** The token of this Worker is not among them, and neither is what Access adds for it. */
const FORWARDED_HEADERS = [
  'accept',
  'cf-connecting-ip',
  'content-encoding',
  'content-type',
  'x-api-key',
  'x-minimum-generation',
  'x-routing-key',
];

/** Marks an answer of the predict Worker, whose 401 is about its own key and not about the token. */
const ANSWERED_BY = 'x-answered-by';

const NOT_BOUND =
  'This management Worker does not reach the predict Worker: bind it as PREDICT in wrangler.toml, with ' +
  '[[env.management.services]], binding = "PREDICT" and service = the name of the predict Worker';

/**
 * Forwards a request to the predict Worker, which answers it as if it had come directly: it asks for its own key, and
 * its limits hold.
 */
export async function forwardPrediction({
  request,
  url,
  predict,
}: Pick<ManagementRequest, 'request' | 'url' | 'predict'>): Promise<Response> {
  const path = url.pathname.slice(PREFIX.length);
  if (!FORWARDED.test(path)) {
    return errorResponse(
      'Only requests of /v1/models and /v2/models are forwarded to the predict Worker',
      404,
    );
  }
  if (request.method !== 'GET' && request.method !== 'POST') {
    return errorResponse('Only GET and POST are forwarded to the predict Worker', 405);
  }
  if (predict === undefined) return errorResponse(NOT_BOUND, 501);
  const headers = new Headers();
  for (const name of FORWARDED_HEADERS) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  // The text, the log and the header of the answer name one id.
  headers.set('x-request-id', requestIdOf(request));
  const { method, body } = request;
  const asked = new Request(`https://predict${path}${url.search}`, {
    method,
    headers,
    ...(method === 'POST' && { body }),
  });
  const answered = await predict(asked);
  const response = new Response(answered.body, answered);
  // The page's own origin reads it, and no other does.
  response.headers.delete('access-control-allow-origin');
  response.headers.set(ANSWERED_BY, 'predict');
  return response;
}
