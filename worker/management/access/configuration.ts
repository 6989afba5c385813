import * as v from 'valibot';
import { MEBIBYTE } from '../../serving/configuration.ts';
import { documented, parseVariables } from '../../serving/variables.ts';
import { AccessTokens } from './access_tokens.ts';

export interface ManagementConfiguration {
  /** Undefined if no secret is set. Then only those who sign in through Cloudflare Access are admitted, if anybody. */
  readonly tokens: AccessTokens | undefined;
  /** The largest accepted blob. */
  readonly maxUploadBytes: number;
  /** The limit of storage operations for one request. */
  readonly maxSubrequests: number;
}

/** With fewer operations, a prune could not finish a step in one request. */
const LEAST_SUBREQUESTS = 50;

export const MANAGEMENT_VARIABLES = v.object({
  MANAGEMENT_TOKENS: documented(
    v.optional(v.string('must be entries of the form NAME:SCOPE+SCOPE:SHA256'), ''),
    {
      values: 'entries `NAME:SCOPE+SCOPE:SHA256`, separated by commas',
      meaning:
        'the tokens that are accepted, as `npm run token` prints them. Unset: every request is refused, except of those who ' +
        'sign in through Cloudflare Access',
      secret: true,
    },
  ),
  MAX_UPLOAD_MB: documented(
    v.optional(
      v.pipe(
        v.union([v.string(), v.number()], 'must be a number'),
        v.transform(String),
        v.regex(/^\d+(\.\d+)?$/, 'must be a number'),
      ),
      '100',
    ),
    {
      values: 'a number',
      unit: 'MB',
      meaning:
        'the largest size of one file of a model. Cloudflare limits a request body to 100 MB on most plans',
    },
  ),
  MAX_SUBREQUESTS: documented(
    v.optional(
      v.pipe(
        v.union([v.string(), v.number()], 'must be a number'),
        v.transform(Number),
        v.integer('must be a whole number'),
        v.minValue(LEAST_SUBREQUESTS, `must be at least ${LEAST_SUBREQUESTS}`),
      ),
      LEAST_SUBREQUESTS,
    ),
    {
      values: `at least ${LEAST_SUBREQUESTS}, whole`,
      meaning:
        "the limit of storage operations for one request: 50 on Cloudflare's free plan, 1000 on the paid one",
    },
  ),
});

/** @throws ConfigurationError that names every invalid variable */
export function parseManagementConfiguration(variables: unknown): ManagementConfiguration {
  const { MANAGEMENT_TOKENS, MAX_UPLOAD_MB, MAX_SUBREQUESTS } = parseVariables(
    MANAGEMENT_VARIABLES,
    variables,
  );
  return {
    tokens: MANAGEMENT_TOKENS.trim() === '' ? undefined : AccessTokens.parse(MANAGEMENT_TOKENS),
    maxUploadBytes: Math.floor(Number(MAX_UPLOAD_MB) * MEBIBYTE),
    maxSubrequests: MAX_SUBREQUESTS,
  };
}
