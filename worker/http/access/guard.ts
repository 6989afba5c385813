import { ConfigurationError } from '../../serving/variables.ts';
import { errorResponse } from '../answer/answer_headers.ts';
import { type ApiKey, ApiKeys, shownKey } from './api_keys.ts';
import { clientNetwork } from './client_network.ts';
import { GuessLimit } from './guess_limit.ts';
import type { NamedKey } from './named_keys.ts';
import { type RateLimit, type RateLimiter, rateBinding, tolerantLimit } from './rate_limit.ts';

export interface GuardOptions {
  /** A request must send one of these keys or of the named ones. Without any, no key is required. */
  readonly apiKeys: readonly string[];
  readonly namedKeys: readonly NamedKey[];
  /** Returns the rate-limit binding of this name, or the default one, if it is configured. */
  readonly rateLimiter: (name?: string) => RateLimiter | undefined;
  readonly log: (entry: Record<string, unknown>) => void;
  /** Receives every decision about a request with a key, for the metrics. `key` is '' for a key without a name. */
  readonly count: (key: string, outcome: KeyOutcome) => void;
}

type KeyOutcome = 'admitted' | 'limited' | 'wrong key';

type Admission =
  /** `key` is undefined if the server requires none. */
  | { readonly kind: 'admitted'; readonly key: ApiKey | undefined }
  | { readonly kind: 'refused'; readonly response: Response };

export type Guard = (request: Request, path: string) => Promise<Admission>;

/** Health checks need no key. */
const OPEN_PATHS = new Set(['/v2/health/live', '/v2/health/ready']);

const UNKNOWN: Admission = { kind: 'admitted', key: undefined };

/**
 * Admits a request that sends a valid API key, if keys are set, and that is within the rate limit, if a limiter is
 * bound. Each key has its own limit. A request with a wrong key or no key counts against its network.
 *
 * @throws ConfigurationError if a key has a rate for which no limiter is bound
 */
export function createGuard(options: GuardOptions): Guard | undefined {
  const { apiKeys, namedKeys, count } = options;
  const rateLimiter = options.rateLimiter();
  const needsKey = apiKeys.length > 0 || namedKeys.length > 0;
  if (!needsKey && rateLimiter === undefined) return undefined;
  const limit = limitOf(rateLimiter, options);
  const rates = ratesOf(options);
  const networkLimit = (network: string) => limit(`address-${network}`);
  const keys = needsKey ? new ApiKeys(apiKeys, namedKeys) : undefined;
  const guesses = new GuessLimit(networkLimit);
  return async (request, path) => {
    // Browsers send no credentials with a preflight, and its response is the same for all clients.
    if (OPEN_PATHS.has(path) || request.method === 'OPTIONS') return UNKNOWN;
    const network = clientNetwork(request.headers);
    if (keys === undefined) return (await networkLimit(network)) ? UNKNOWN : tooMany();
    const shown = shownKey(request.headers);
    if (shown === undefined) return (await networkLimit(network)) ? unauthorized() : tooMany();
    const comparison = await guesses.compare(network, await keys.comparison(shown));
    switch (comparison.kind) {
      case 'right': {
        const { identity: key } = comparison;
        const isWithin = await (rates.get(rateName(key)) ?? limit)(key.id);
        count(key.name ?? '', isWithin ? 'admitted' : 'limited');
        return isWithin ? { kind: 'admitted', key } : tooMany();
      }
      case 'wrong':
        count('', 'wrong key');
        return unauthorized();
      case 'too many':
        count('', 'limited');
        return tooMany();
    }
  };
}

function limitOf(rateLimiter: RateLimiter | undefined, { log }: GuardOptions): RateLimit {
  return rateLimiter === undefined ? async () => true : tolerantLimit(rateLimiter, log);
}

/** Returns the limits of keys that have rates of their own, by the names of their bindings. */
function ratesOf(options: GuardOptions): Map<string, RateLimit> {
  const limits = new Map<string, RateLimit>();
  for (const { name: key, rate } of options.namedKeys) {
    const name = rateName({ rate });
    if (name === '' || limits.has(name)) continue;
    const rateLimiter = options.rateLimiter(name);
    if (rateLimiter === undefined) {
      throw new ConfigurationError(
        `NAMED_API_KEYS: the rate of the key ${key} needs a rate limiter bound as ${name}; npm run key prints the lines for wrangler.toml`,
      );
    }
    limits.set(name, limitOf(rateLimiter, options));
  }
  return limits;
}

function rateName({ rate }: Pick<ApiKey, 'rate'>): string {
  return rate === undefined ? '' : rateBinding(rate);
}

function unauthorized(): Admission {
  const hint = 'send a key as "Authorization: Bearer <key>" or "x-api-key: <key>"';
  const response = errorResponse(`This server answers only requests with an API key: ${hint}`, 401);
  response.headers.set('www-authenticate', 'Bearer realm="edge-serving"');
  return { kind: 'refused', response };
}

function tooMany(): Admission {
  return {
    kind: 'refused',
    response: errorResponse('Too many requests: the rate limit of this server is exceeded', 429),
  };
}
