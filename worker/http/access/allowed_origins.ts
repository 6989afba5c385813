/** The ending of an origin whose port may be any. */
const ANY_PORT = ':*';

/** True for an origin such as https://example.com, and for one with any port, such as http://localhost:*. */
export function isOriginPattern(text: string): boolean {
  const hasAnyPort = text.endsWith(ANY_PORT);
  const origin = hasAnyPort ? text.slice(0, -ANY_PORT.length) : text;
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  return url.origin === origin && !(hasAnyPort && url.port !== '');
}

/** The origins of the web pages that may read answers. */
export class AllowedOrigins {
  readonly #origins: readonly string[] | 'any';

  constructor(origins: readonly string[] | 'any') {
    this.#origins = origins;
  }

  /** Returns the value of Access-Control-Allow-Origin for pages of an origin, or undefined if they may not read. */
  permission(origin: string): string | undefined {
    if (this.#origins === 'any') return '*';
    return this.#origins.some((allowed) => isCovered(origin, allowed)) ? origin : undefined;
  }
}

function isCovered(origin: string, allowed: string): boolean {
  if (origin === allowed) return true;
  if (!allowed.endsWith(ANY_PORT)) return false;
  const withoutPort = allowed.slice(0, -ANY_PORT.length);
  return origin === withoutPort || /^:\d{1,5}$/.test(tail(origin, withoutPort));
}

/** The rest of a text that begins with another, or '' if it does not. */
function tail(text: string, beginning: string): string {
  return text.startsWith(beginning) ? text.slice(beginning.length) : '';
}

/** Quotes no more of an origin than this. Characters. */
const LONGEST_ORIGIN = 200;

/** Says that pages of an origin may not read answers, and what to do about it. */
export function originRefusal(origin: string): string {
  const shown = origin.slice(0, LONGEST_ORIGIN);
  const remedy =
    origin === 'null'
      ? 'a page has this origin if it was opened as a file or is sandboxed; serve it by HTTP'
      : 'to allow it, add the origin to the variable CORS_ORIGINS';
  return `Pages of the origin ${shown} may not read the answers of this server: ${remedy}`;
}
