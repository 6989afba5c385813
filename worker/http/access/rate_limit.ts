/** What Workers' rate-limit binding offers. */
export interface RateLimiter {
  limit(options: { key: string }): Promise<{ success: boolean }>;
}

/** The binding, if the operator has made one. */
export function rateLimiterOf(bindings: object): RateLimiter | undefined {
  const binding: unknown = Reflect.get(bindings, 'RATE_LIMITER');
  return isRateLimiter(binding) ? binding : undefined;
}

function isRateLimiter(binding: unknown): binding is RateLimiter {
  return typeof binding === 'object' && binding !== null && 'limit' in binding;
}

/** Says whether one more request of a client is within the limit. */
export type RateLimit = (client: string) => Promise<boolean>;

/** A limiter that fails limits nothing: it protects the server and must not take it down. */
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
