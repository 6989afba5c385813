/** The interface of Workers' rate-limit binding. */
export interface RateLimiter {
  limit(options: { key: string }): Promise<{ success: boolean }>;
}

/** The name of the binding for clients that have no rate of their own. */
const RATE_LIMITER = 'RATE_LIMITER';

/** Returns a rate-limit binding, or undefined if the operator has not configured it. */
export function rateLimiterOf(bindings: object, name = RATE_LIMITER): RateLimiter | undefined {
  const binding: unknown = Reflect.get(bindings, name);
  return isRateLimiter(binding) ? binding : undefined;
}

function isRateLimiter(binding: unknown): binding is RateLimiter {
  return typeof binding === 'object' && binding !== null && 'limit' in binding;
}

/** The requests that a key may send in a period, which is 10 or 60 seconds: the platform has no other periods. */
export interface Rate {
  readonly requests: number;
  readonly seconds: number;
}

export const RATE_RULE = 'REQUESTS/10 or REQUESTS/60: requests in 10 or 60 seconds';

/** @example parseRate('600/60') // { requests: 600, seconds: 60 } */
export function parseRate(text: string): Rate | undefined {
  const [, requests, seconds] = /^([1-9]\d{0,8})\/(10|60)$/.exec(text) ?? [];
  return requests === undefined ? undefined : { requests: Number(requests), seconds: Number(seconds) };
}

/**
 * Returns the name of the binding for a rate. A binding has one limit, which code cannot read, so that its name tells it:
 * RATE_LIMITER_600_60.
 */
export function rateBinding({ requests, seconds }: Rate): string {
  return `${RATE_LIMITER}_${requests}_${seconds}`;
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
