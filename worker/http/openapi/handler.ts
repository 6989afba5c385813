import { jsonResponse } from '../answer_headers.ts';
import { openApiDocument } from './document.ts';
import { renderPage } from './page.ts';

let documentText: string | undefined;
let pageText: string | undefined;

/** The document, made when it is asked for first. */
export function answerDocument(): Response {
  documentText ??= JSON.stringify(openApiDocument());
  return jsonResponse(documentText);
}

/** The page, which may do nothing but show itself. */
export function answerPage(): Response {
  pageText ??= renderPage(openApiDocument());
  return new Response(pageText, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    },
  });
}
