import { randomSecret } from './random_secret.ts';

/** The requests that a key may send in a period of 10 or 60 seconds. */
export interface KeyRate {
  readonly requests: number;
  readonly seconds: number;
}

interface CreatedKey {
  /** The secret for the key's owner. */
  readonly key: string;
  /** The entry for the secret NAMED_API_KEYS, as worker/http/access/named_keys.ts parses it. */
  readonly entry: string;
}

/** Makes an API key for the serving Worker. Without models, it is for all models. */
export function createApiKey(name: string, models: readonly string[], rate: KeyRate | undefined): CreatedKey {
  const { secret, digest } = randomSecret();
  const parts = [
    name,
    digest,
    ...(models.length === 0 ? [] : [`models=${models.join('+')}`]),
    ...(rate === undefined ? [] : [`rate=${rate.requests}/${rate.seconds}`]),
  ];
  return { key: secret, entry: parts.join(':') };
}

/**
 * Returns the lines of wrangler.toml that bind the limiter of a rate. Its name tells the limit, which the Worker cannot
 * read, and each limiter counts under an id of its own.
 *
 * @param environment empty for the top level of wrangler.toml
 */
export function rateLimiterLines({ requests, seconds }: KeyRate, environment: string): string[] {
  return [
    environment === '' ? '[[ratelimits]]' : `[[env.${environment}.ratelimits]]`,
    `name = "RATE_LIMITER_${requests}_${seconds}"`,
    `namespace_id = "${requests}${seconds}"`,
    `simple = { limit = ${requests}, period = ${seconds} }`,
  ];
}
