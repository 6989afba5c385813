/** Escapes a text for the content and for the attributes of an element. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}' +
  'code,pre{font:14px/1.4 ui-monospace,monospace}pre{background:#f4f4f4;padding:.75rem;overflow-x:auto}' +
  'details{border-top:1px solid #ddd;padding:.4rem 0}summary{cursor:pointer}b{display:inline-block;width:3.5rem}' +
  'td{padding:.1rem 1rem .1rem 0;vertical-align:top}small{color:#666}' +
  '@media(prefers-color-scheme:dark){body{background:#161616;color:#e8e8e8}pre{background:#222}small{color:#aaa}a{color:#8ab4f8}}';

/**
 * Makes a page without scripts.
 *
 * @param title plain text
 * @param body HTML, in which all text is escaped
 */
export function htmlPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title><style>${STYLE}</style></head>
<body>${body}</body></html>
`;
}

/** Makes the response. Its content security policy allows no scripts, no external resources and no frames around it. */
export function htmlResponse(page: string): Response {
  return new Response(page, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
    },
  });
}
