import { openApiDocument } from '../openapi/document.ts';
// Modules of text, which the engine does not parse when an isolate starts.
import script from './dist/script.js.txt';
import style from './dist/style.css.txt';
import { renderPage } from './page.ts';

/** The page, and the two files that it loads. */
export type ReferencePart = 'page' | 'script' | 'style';

const TYPES: Readonly<Record<ReferencePart, string>> = {
  page: 'text/html',
  script: 'text/javascript',
  style: 'text/css',
};

/** Everything comes from this server, and requests go only to it. Nothing inline runs, and no page frames this one. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

let pageText: string | undefined;

/** Returns the interactive reference of the API, which is rendered on the first request, or a file of it. */
export function answerReference(part: ReferencePart): Response {
  pageText ??= renderPage(openApiDocument());
  const texts = { page: pageText, script, style };
  return new Response(texts[part], {
    headers: {
      'content-type': `${TYPES[part]}; charset=utf-8`,
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      // The three belong together, and a new version may be deployed at any time.
      'cache-control': 'no-cache',
    },
  });
}
