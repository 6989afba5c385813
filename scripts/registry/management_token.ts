import { randomSecret } from '../keys/random_secret.ts';

/** The scopes of a token, as worker/management/access/access_tokens.ts defines them. */
export const TOKEN_SCOPES = ['read', 'publish', 'flip'] as const;
export type TokenScope = (typeof TOKEN_SCOPES)[number];

export interface ManagementToken {
  /** The secret for the token's owner. */
  readonly token: string;
  /** The entry for the secret MANAGEMENT_TOKENS: name, scopes, and the token's digest. */
  readonly entry: string;
}

/** Makes a token for a management Worker. */
export function createToken(name: string, scopes: readonly TokenScope[]): ManagementToken {
  const { secret: token, digest } = randomSecret();
  return { token, entry: `${name}:${scopes.join('+')}:${digest}` };
}
