/** The interface of Workers' rate-limit binding. */
export interface RateLimiter {
  limit(options: { key: string }): Promise<{ success: boolean }>;
}

/** Returns the rate-limit binding, or undefined if the operator has not configured one. */
export function rateLimiterOf(bindings: object): RateLimiter | undefined {
  const binding: unknown = Reflect.get(bindings, 'RATE_LIMITER');
  return isRateLimiter(binding) ? binding : undefined;
}

function isRateLimiter(binding: unknown): binding is RateLimiter {
  return typeof binding === 'object' && binding !== null && 'limit' in binding;
}

/** Resolves to true if one more request of the client is within the limit. */
export type RateLimit = (client: string) => Promise<boolean>;

/** Admits the request if the limiter itself fails: a broken limiter must not take the server down. */
export function tolerantLimit(
  rateLimiter: RateLimiter,
  log: (entry: Record<string, unknown>) => void,
): RateLimit {
  return async (client) => {
    try {
      return (await rateLimiter.limit({ key: client })).success;
    } catch (error) {
      log({ event: 'rate limiter failed', reason: String(error) });
      return true;
    }
  };
}
