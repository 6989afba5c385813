import { jsonResponse } from '../answer_headers.ts';
import { openApiDocument } from './document.ts';
import { renderPage } from './page.ts';

let documentText: string | undefined;
let pageText: string | undefined;

/** Returns the document, which is generated on the first request. */
export function answerDocument(): Response {
  documentText ??= JSON.stringify(openApiDocument());
  return jsonResponse(documentText);
}

/** Returns the page. Its content security policy allows no scripts and no external resources. */
export function answerPage(): Response {
  pageText ??= renderPage(openApiDocument());
  return new Response(pageText, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    },
  });
}
