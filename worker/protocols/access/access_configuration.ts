import * as v from 'valibot';
import { parseVariables } from '../../serving/variables.ts';
import { isKey, KEY_RULE } from './api_keys.ts';

/** Who may ask, and from which pages. README's table of configuration says the same in words. */
export interface AccessConfiguration {
  /** Keys of which a client must show one; none: everyone may ask. */
  readonly apiKeys: readonly string[];
  /** Origins whose pages may read answers; none: CORS is off. */
  readonly corsOrigins: readonly string[] | 'any';
}

/** Set but empty is a mistake that must not open the server. */
const ApiKeysSchema = v.pipe(
  v.string(`must be ${KEY_RULE}, separated by commas`),
  v.transform((text) => ({ isSet: text !== '', keys: listOf(text) })),
  v.check(({ isSet, keys }) => !isSet || keys.length > 0, 'is set and holds no key'),
  v.check(
    ({ keys }) => keys.every(isKey),
    `must be ${KEY_RULE}, separated by commas; one of them is something else`,
  ),
  v.transform(({ keys }) => keys),
);

const ORIGINS_RULE =
  'must be *, or origins such as https://example.com, without a path and separated by commas';
const OriginsSchema = v.pipe(
  v.string(ORIGINS_RULE),
  v.transform(listOf),
  v.check((origins) => origins.every((origin) => origin === '*' || isOrigin(origin)), ORIGINS_RULE),
);

const VariablesSchema = v.object({
  PREDICT_API_KEYS: v.optional(ApiKeysSchema, ''),
  CORS_ORIGINS: v.optional(OriginsSchema, ''),
});

/** @throws ConfigurationError that names every variable which is wrong */
export function parseAccessConfiguration(variables: unknown): AccessConfiguration {
  const { PREDICT_API_KEYS: apiKeys, CORS_ORIGINS: origins } = parseVariables(VariablesSchema, variables);
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
