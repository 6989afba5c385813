import { createHash, randomBytes } from 'node:crypto';

/** The scopes of a token, as worker/management/access/access_tokens.ts defines them. */
export const TOKEN_SCOPES = ['read', 'publish', 'flip'] as const;
export type TokenScope = (typeof TOKEN_SCOPES)[number];

export interface ManagementToken {
  /** The secret for the token's owner. */
  readonly token: string;
  /** The entry for the secret MANAGEMENT_TOKENS: name, scopes, and the token's digest. */
  readonly entry: string;
}

/** Makes a token of 256 random bits. */
export function createToken(name: string, scopes: readonly TokenScope[]): ManagementToken {
  const token = randomBytes(32).toString('base64url');
  const digest = createHash('sha256').update(token).digest('hex');
  return { token, entry: `${name}:${scopes.join('+')}:${digest}` };
}
