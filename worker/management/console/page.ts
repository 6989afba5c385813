import { errorResponse } from '../../http/answer/answer_headers.ts';
import { toHex } from '../../registry/storage/hex.ts';
import { tokenInUrl } from '../access/guard.ts';
import style from './dist/console.css.txt';
import page from './dist/console.html';
import script from './dist/console.js.txt';

/** The console's files, which scripts/build/build_console.ts makes of the sources in console/. */
const FILES: Readonly<Record<string, { readonly text: string; readonly type: string }>> = {
  '/': { text: page, type: 'text/html; charset=utf-8' },
  '/console/console.js': { text: script, type: 'text/javascript; charset=utf-8' },
  '/console/console.css': { text: style, type: 'text/css; charset=utf-8' },
};

/** Only this Worker's own files run and are asked. Nothing may frame the page, and no form may leave it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' blob: data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** Answers a request for the console, or returns undefined for every other path. The files contain no data. */
export async function answerConsole(request: Request, url: URL): Promise<Response | undefined> {
  const file = Object.hasOwn(FILES, url.pathname) ? FILES[url.pathname] : undefined;
  if (file === undefined) return undefined;
  const { method, headers } = request;
  if (method !== 'GET' && method !== 'HEAD') return errorResponse('The console is read with GET', 405);
  const misplaced = tokenInUrl(url);
  if (misplaced !== undefined) return misplaced;
  const etag = `"${await digestText(file.text)}"`;
  const isCached = headers.get('if-none-match') === etag;
  return new Response(isCached || method === 'HEAD' ? null : file.text, {
    status: isCached ? 304 : 200,
    headers: {
      'content-type': file.type,
      // Every visit asks if the file has changed, so that a page never runs with the script of another deployment.
      'cache-control': 'no-cache',
      etag,
      'content-security-policy': POLICY,
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
    },
  });
}

const digests = new Map<string, Promise<string>>();

function digestText(text: string): Promise<string> {
  const known = digests.get(text);
  if (known !== undefined) return known;
  const digest = crypto.subtle
    .digest('SHA-256', new TextEncoder().encode(text))
    .then((bytes) => toHex(new Uint8Array(bytes).subarray(0, 16)));
  digests.set(text, digest);
  return digest;
}
