import { errorResponse } from '../answer/answer_headers.ts';
import { ApiKeys, shownKey } from './api_keys.ts';
import { clientNetwork } from './client_network.ts';
import { GuessLimit } from './guess_limit.ts';
import { type RateLimiter, tolerantLimit } from './rate_limit.ts';

export interface GuardOptions {
  /** A request must send one of these keys. An empty list requires no key. */
  readonly apiKeys: readonly string[];
  readonly rateLimiter: RateLimiter | undefined;
  readonly log: (entry: Record<string, unknown>) => void;
}

/** Returns the refusal of a request, or undefined if the request is admitted. */
export type Guard = (request: Request, path: string) => Promise<Response | undefined>;

/** Health checks need no key. */
const OPEN_PATHS = new Set(['/v2/health/live', '/v2/health/ready']);

/**
 * Admits a request that sends a valid API key, if keys are set, and that is within the rate limit, if a limiter is
 * bound. Each key has its own limit. A request with a wrong key or no key counts against its network.
 */
export function createGuard({ apiKeys, rateLimiter, log }: GuardOptions): Guard | undefined {
  if (apiKeys.length === 0 && rateLimiter === undefined) return undefined;
  const limit = rateLimiter === undefined ? async () => true : tolerantLimit(rateLimiter, log);
  const networkLimit = (network: string) => limit(`address-${network}`);
  const keys = apiKeys.length === 0 ? undefined : new ApiKeys(apiKeys);
  const guesses = new GuessLimit(networkLimit);
  return async (request, path) => {
    // Browsers send no credentials with a preflight, and its response is the same for all clients.
    if (OPEN_PATHS.has(path) || request.method === 'OPTIONS') return undefined;
    const network = clientNetwork(request.headers);
    if (keys === undefined) return (await networkLimit(network)) ? undefined : tooMany();
    const shown = shownKey(request.headers);
    if (shown === undefined) return (await networkLimit(network)) ? unauthorized() : tooMany();
    const comparison = await guesses.compare(network, () => keys.identify(shown));
    switch (comparison.kind) {
      case 'right':
        return (await limit(comparison.identity)) ? undefined : tooMany();
      case 'wrong':
        return unauthorized();
      case 'too many':
        return tooMany();
    }
  };
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
