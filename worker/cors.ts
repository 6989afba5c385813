import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { AllowedOrigins, originRefusal } from './http/access/allowed_origins.ts';
import { EXPOSED_HEADERS, errorResponse } from './http/answer/answer_headers.ts';

/** Of the origins that may not read answers, so many are logged, each once. */
const MOST_LOGGED = 100;

/**
 * Lets pages of some origins read answers. A preflight of another origin is refused by a sentence, and a request of
 * another origin is logged, since its page sees only that the browser withholds the answer.
 */
export function createCors(
  origins: readonly string[] | 'any',
  log: (entry: Record<string, unknown>) => void,
): MiddlewareHandler {
  const allowed = new AllowedOrigins(origins);
  const logged = new Set<string>();
  const permit = cors({
    origin: (origin) => allowed.permission(origin) ?? null,
    allowMethods: ['GET', 'HEAD', 'POST'],
    exposeHeaders: [...EXPOSED_HEADERS],
    maxAge: 86_400,
  });
  return (context, next) => {
    const { headers, method, url } = context.req.raw;
    const origin = headers.get('origin');
    // Browsers also name the server's own origin. Other clients name none.
    if (origin === null || origin === new URL(url).origin || allowed.permission(origin) !== undefined) {
      return origins.length === 0 ? next() : permit(context, next);
    }
    const reason = originRefusal(origin);
    if (!logged.has(origin) && logged.size < MOST_LOGGED) {
      logged.add(origin);
      log({ event: 'origin not allowed', origin, reason });
    }
    const isPreflight = method === 'OPTIONS' && headers.has('access-control-request-method');
    if (!isPreflight) return origins.length === 0 ? next() : permit(context, next);
    const response = errorResponse(reason, 403);
    response.headers.set('vary', 'Origin');
    return Promise.resolve(response);
  };
}
