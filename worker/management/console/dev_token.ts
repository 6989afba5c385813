import { errorResponse, jsonResponse } from '../../http/answer/answer_headers.ts';
import { isLoopback } from './loopback.ts';

export const DEV_TOKEN_PATH = '/console/dev-token';

/**
 * Hands the token of a run of `dev` to the console's own page. Pages of other sites cannot get it: browsers state in
 * Sec-Fetch-Site where a request comes from, and a name that is made to point at this machine is not one of its own. Such
 * a page can make wrangler state another Host, with the header MF-Original-URL, but cannot choose its Origin.
 */
export function answerDevToken({ method, headers }: Request, devToken: string | undefined): Response {
  if (devToken === undefined) return errorResponse('This console needs a sign-in', 404);
  if (method !== 'POST') return errorResponse('The token of dev is asked for with POST', 405);
  if (headers.get('sec-fetch-site') !== 'same-origin') {
    return errorResponse("The token of dev is only for the console's own page", 403);
  }
  if (!isOfThisMachine(`http://${headers.get('host')}`) || !isOfThisMachine(headers.get('origin') ?? '')) {
    return errorResponse('The token of dev is only for a browser on the same machine', 403);
  }
  const response = jsonResponse(JSON.stringify({ token: devToken }));
  response.headers.set('cache-control', 'no-store');
  return response;
}

function isOfThisMachine(address: string): boolean {
  return URL.canParse(address) && isLoopback(new URL(address).hostname);
}
