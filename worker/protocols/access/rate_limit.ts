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
