import * as v from 'valibot';
import { choice, documented, parseVariables } from '../../serving/variables.ts';
import { isOriginPattern } from './allowed_origins.ts';
import { isKey, KEY_RULE } from './api_keys.ts';
import { type NamedKey, parseNamedKeys } from './named_keys.ts';

/** Which clients may send requests, and which web origins may read the responses. */
export interface AccessConfiguration {
  /** A client must send one of these keys or of the named ones. Without any, every client is admitted. */
  readonly apiKeys: readonly string[];
  readonly namedKeys: readonly NamedKey[];
  /** Origins whose pages may read responses. An empty list turns CORS off. */
  readonly corsOrigins: readonly string[] | 'any';
  /** True if `/` shows the models. */
  readonly showsIndex: boolean;
}

/** A variable that is set but empty is an error: it must not open the server to everyone. */
const ApiKeysSchema = v.pipe(
  v.string(`must be ${KEY_RULE}, separated by commas`),
  v.transform((text) => ({ isSet: text !== '', keys: listOf(text) })),
  v.check(({ isSet, keys }) => !isSet || keys.length > 0, 'is set but contains no key'),
  v.check(
    ({ keys }) => keys.every(isKey),
    `must be ${KEY_RULE}, separated by commas; one of them is something else`,
  ),
  v.transform(({ keys }) => keys),
);

const ORIGINS_RULE =
  'must be *, or origins such as https://example.com, without a path and separated by commas; the port may be *';
const OriginsSchema = v.pipe(
  v.string(ORIGINS_RULE),
  v.transform(listOf),
  v.check((origins) => origins.every((origin) => origin === '*' || isOriginPattern(origin)), ORIGINS_RULE),
);

/** The variables of the serving Worker that control access. */
export const ACCESS_VARIABLES = v.object({
  PREDICT_API_KEYS: documented(v.optional(ApiKeysSchema, ''), {
    values: 'keys of 16 to 256 printable ASCII characters without spaces, separated by commas',
    meaning:
      'a client must show one of these keys, or one of `NAMED_API_KEYS`. Both unset: every client is admitted',
    secret: true,
  }),
  NAMED_API_KEYS: documented(v.optional(v.string('must be entries of the form NAME:SHA256'), ''), {
    values:
      'entries `NAME:SHA256`, perhaps with `:models=NAME+NAME` and `:rate=REQUESTS/SECONDS`, separated by commas',
    meaning:
      'keys with a name, as `npm run key` prints them. Each may be for some models only, and have a rate of its own',
    secret: true,
  }),
  CORS_ORIGINS: documented(v.optional(OriginsSchema, ''), {
    values: 'origins such as `https://app.example.com` or `http://localhost:*`, separated by commas, or `*`',
    meaning:
      'pages of these origins may read responses. Unset: no others than those of the server itself. `npm run dev` allows ' +
      'those on this machine',
  }),
  INDEX_PAGE: documented(v.optional(choice(['on', 'off']), 'on'), {
    values: '`on`, `off`',
    meaning:
      '`on`: `/` shows the models, their signatures and an example request each, to clients that may send requests. `off`: ' +
      'it is not found',
  }),
});

/** @throws ConfigurationError that names every invalid variable */
export function parseAccessConfiguration(variables: unknown): AccessConfiguration {
  const parsed = parseVariables(ACCESS_VARIABLES, variables);
  const { PREDICT_API_KEYS: apiKeys, NAMED_API_KEYS, CORS_ORIGINS: origins, INDEX_PAGE } = parsed;
  return {
    apiKeys,
    namedKeys: parseNamedKeys(NAMED_API_KEYS),
    corsOrigins: origins.includes('*') ? 'any' : origins,
    showsIndex: INDEX_PAGE === 'on',
  };
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
