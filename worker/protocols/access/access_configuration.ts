import * as v from 'valibot';
import { ConfigurationError } from '../../serving/configuration.ts';

/** Who may ask, and from which pages. README's table of configuration says the same in words. */
export interface AccessConfiguration {
  /** Keys of which a client must show one; none: everyone may ask. */
  readonly apiKeys: readonly string[];
  /** Origins whose pages may read answers; none: CORS is off. */
  readonly corsOrigins: readonly string[] | 'any';
}

const VariablesSchema = v.object({
  PREDICT_API_KEYS: v.optional(v.string(), ''),
  CORS_ORIGINS: v.optional(v.string(), ''),
});

/**
 * @throws ConfigurationError that names the variable which is wrong. Keys that are set but hold none are a mistake that
 * must not open the server.
 */
export function parseAccessConfiguration(variables: unknown): AccessConfiguration {
  const parsed = v.safeParse(VariablesSchema, variables);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new ConfigurationError(`configuration: ${v.getDotPath(issue) ?? 'variables'}: ${issue.message}`);
  }
  const { PREDICT_API_KEYS, CORS_ORIGINS } = parsed.output;
  const apiKeys = listOf(PREDICT_API_KEYS);
  if (PREDICT_API_KEYS !== '' && apiKeys.length === 0) {
    throw new ConfigurationError('configuration: PREDICT_API_KEYS: is set and holds no key');
  }
  const origins = listOf(CORS_ORIGINS);
  for (const origin of origins) {
    if (origin !== '*' && !isOrigin(origin)) {
      throw new ConfigurationError(
        `configuration: CORS_ORIGINS: ${origin} is no origin, such as https://example.com`,
      );
    }
  }
  return { apiKeys, corsOrigins: origins.includes('*') ? 'any' : origins };
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}
