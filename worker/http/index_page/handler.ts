import type { RequestScope, Serving } from '../../serving/api.ts';
import { errorResponse, jsonResponse } from '../answer/answer_headers.ts';
import { htmlResponse } from '../answer/html_page.ts';
import { NOT_LISTED } from '../model_list.ts';
import { modelIndex } from './model_index.ts';
import { renderIndex } from './page.ts';

/** Answers a request for the list of models: a page for a browser, JSON for any other client. */
export async function answerIndex(
  serving: Serving,
  { headers, url }: Request,
  scope: RequestScope,
): Promise<Response> {
  const index = await modelIndex(serving, scope);
  if (index === undefined) {
    return errorResponse(NOT_LISTED, 503);
  }
  const isBrowser = (headers.get('accept') ?? '').includes('text/html');
  const response = isBrowser
    ? htmlResponse(renderIndex(index, new URL(url).origin))
    : jsonResponse(JSON.stringify(index));
  response.headers.set('vary', 'accept');
  return response;
}
