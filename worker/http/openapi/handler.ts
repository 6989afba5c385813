import { jsonResponse } from '../answer/answer_headers.ts';
import { htmlResponse } from '../answer/html_page.ts';
import { openApiDocument } from './document.ts';
import { renderPage } from './page.ts';

let documentText: string | undefined;
let pageText: string | undefined;

/** Returns the document, which is generated on the first request. */
export function answerDocument(): Response {
  documentText ??= JSON.stringify(openApiDocument());
  return jsonResponse(documentText);
}

/** Returns the page. */
export function answerPage(): Response {
  pageText ??= renderPage(openApiDocument());
  return htmlResponse(pageText);
}
