import * as v from 'valibot';
import { documented, parseVariables } from '../../serving/variables.ts';
import { isKey, KEY_RULE } from './api_keys.ts';

/** Who may ask, and from which pages. */
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

/** The variables of the Worker that predicts which say who may ask. */
export const ACCESS_VARIABLES = v.object({
  PREDICT_API_KEYS: documented(v.optional(ApiKeysSchema, ''), {
    values: 'keys of 16 to 256 printable ASCII characters without spaces, separated by commas',
    meaning: 'a client must show one of these keys. Unset: everyone may ask',
    secret: true,
  }),
  CORS_ORIGINS: documented(v.optional(OriginsSchema, ''), {
    values: 'origins such as `https://app.example.com`, separated by commas, or `*`',
    meaning: 'pages of these origins may read answers. Unset: CORS is off',
  }),
});

/** @throws ConfigurationError that names every variable which is wrong */
export function parseAccessConfiguration(variables: unknown): AccessConfiguration {
  const { PREDICT_API_KEYS: apiKeys, CORS_ORIGINS: origins } = parseVariables(ACCESS_VARIABLES, variables);
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
