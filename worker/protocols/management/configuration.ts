import * as v from 'valibot';
import { ConfigurationError } from '../../serving/configuration.ts';
import { AccessTokens } from './access_tokens.ts';

export interface ManagementConfiguration {
  /** Undefined where no secret is set: then nothing is answered. */
  readonly tokens: AccessTokens | undefined;
  /** The largest blob that is taken. */
  readonly maxUploadBytes: number;
}

const VariablesSchema = v.object({
  MANAGEMENT_TOKENS: v.optional(v.string(), ''),
  MAX_UPLOAD_MB: v.optional(
    v.pipe(
      v.union([v.string(), v.number()]),
      v.transform(String),
      v.regex(/^\d+(\.\d+)?$/, 'must be a number'),
    ),
    '100',
  ),
});

/** @throws ConfigurationError */
export function parseManagementConfiguration(variables: unknown): ManagementConfiguration {
  const parsed = v.safeParse(VariablesSchema, variables);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new ConfigurationError(`configuration: ${v.getDotPath(issue) ?? 'variables'} ${issue.message}`);
  }
  const { MANAGEMENT_TOKENS, MAX_UPLOAD_MB } = parsed.output;
  return {
    tokens: MANAGEMENT_TOKENS.trim() === '' ? undefined : AccessTokens.parse(MANAGEMENT_TOKENS),
    maxUploadBytes: Math.floor(Number(MAX_UPLOAD_MB) * 1024 * 1024),
  };
}
