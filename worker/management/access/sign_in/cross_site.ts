const READING_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * True if a page of another site may have sent a request that changes something. Browsers add the cookie of Cloudflare
 * Access to such requests too, whereas a page must know a token to send it. Clients that are not browsers send neither
 * header.
 */
export function isCrossSiteChange({ method, headers }: Request, { origin }: URL): boolean {
  if (READING_METHODS.has(method)) return false;
  const site = headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin') return true;
  const sender = headers.get('origin');
  return sender !== null && sender !== origin;
}
