import { errorResponse } from '../response.ts';
import { ApiKeys } from './api_keys.ts';
import type { RateLimiter } from './rate_limit.ts';

export interface GuardOptions {
  /** Of which a request must show one; none: it need not. */
  readonly apiKeys: readonly string[];
  readonly rateLimiter: RateLimiter | undefined;
  readonly log: (entry: Record<string, unknown>) => void;
}

/** The refusal of a request that may not be answered; undefined for one that may. */
export type Guard = (request: Request, path: string) => Promise<Response | undefined>;

/** Whether the server runs is nobody's secret. */
const OPEN_PATHS = new Set(['/v2/health/live', '/v2/health/ready']);

/**
 * Lets through what shows an API key, where keys are set, and is within the rate limit, where there is one.
 * Each key has a limit of its own; without keys, each client address has.
 */
export function createGuard({ apiKeys, rateLimiter, log }: GuardOptions): Guard | undefined {
  if (apiKeys.length === 0 && rateLimiter === undefined) return undefined;
  const keys = apiKeys.length === 0 ? undefined : new ApiKeys(apiKeys);
  return async (request, path) => {
    // Browsers send no credentials with a preflight; what it is answered is the same for all.
    if (OPEN_PATHS.has(path) || request.method === 'OPTIONS') return undefined;
    const key = await keys?.identify(request.headers);
    if (keys !== undefined && key === undefined) return unauthorized();
    if (rateLimiter === undefined) return undefined;
    const client = key ?? `address-${request.headers.get('cf-connecting-ip') ?? ''}`;
    return (await withinLimit(rateLimiter, client, log)) ? undefined : tooMany();
  };
}

/** A limiter that fails limits nothing: it protects the server and must not take it down. */
async function withinLimit(
  rateLimiter: RateLimiter,
  key: string,
  log: GuardOptions['log'],
): Promise<boolean> {
  try {
    return (await rateLimiter.limit({ key })).success;
  } catch (error) {
    log({ event: 'rate limiter failed', reason: String(error) });
    return true;
  }
}

function unauthorized(): Response {
  const hint = 'send a key as "Authorization: Bearer <key>" or "x-api-key: <key>"';
  const response = errorResponse(`This server answers only requests with an API key: ${hint}`, 401);
  response.headers.set('www-authenticate', 'Bearer realm="edge-serving"');
  return response;
}

function tooMany(): Response {
  return errorResponse('Too many requests: the rate limit of this server is exceeded', 429);
}
