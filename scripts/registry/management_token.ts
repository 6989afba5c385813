import { createHash, randomBytes } from 'node:crypto';

/** What a token may allow, as worker/management/access/access_tokens.ts reads it. */
export const TOKEN_SCOPES = ['read', 'publish', 'flip'] as const;
export type TokenScope = (typeof TOKEN_SCOPES)[number];

export interface ManagementToken {
  /** For its owner only. */
  readonly token: string;
  /** For the secret MANAGEMENT_TOKENS: who, what, and the token's digest. */
  readonly entry: string;
}

/** Makes a token of 256 random bits. */
export function createToken(name: string, scopes: readonly TokenScope[]): ManagementToken {
  const token = randomBytes(32).toString('base64url');
  const digest = createHash('sha256').update(token).digest('hex');
  return { token, entry: `${name}:${scopes.join('+')}:${digest}` };
}
