import { findByDigest, isDigest, isKeyName, secretEntries } from '../../http/access/digests.ts';
import { fromHex } from '../../registry/storage/hex.ts';
import { ConfigurationError } from '../../serving/variables.ts';
import { SCOPES, type Scope } from './scopes.ts';

/** The caller's name and scopes, as the configuration lists them. */
export interface Caller {
  /** The name of the token, or who has signed in through Cloudflare Access: an email, or the name of a service token. */
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  readonly signIn: 'token' | 'access';
}

interface StoredToken extends Caller {
  readonly sha256: Uint8Array;
}

/** The tokens of a management Worker, which stores only their digests. */
export class AccessTokens {
  readonly #tokens: readonly StoredToken[];

  private constructor(tokens: readonly StoredToken[]) {
    this.#tokens = tokens;
  }

  /**
   * Parses the secret: `NAME:SCOPE+SCOPE:SHA256`, separated by commas or white space.
   *
   * @throws ConfigurationError that names the position of the invalid entry, and does not quote it: it may be a bare
   *   token
   */
  static parse(secret: string): AccessTokens {
    const entries = secretEntries(secret);
    if (entries.length === 0) {
      throw new ConfigurationError('MANAGEMENT_TOKENS is set but contains no token');
    }
    return new AccessTokens(entries.map(parseEntry));
  }

  /** Returns the caller whose token has this digest, or undefined. Compares all digests, each in constant time. */
  identify(digest: Uint8Array): Caller | undefined {
    return findByDigest(this.#tokens, digest);
  }
}

function parseEntry(entry: string, index: number): StoredToken {
  const [name = '', scopes = '', digest = '', ...rest] = entry.split(':');
  if (rest.length > 0 || !isKeyName(name)) throw entryFault(index, 'is not NAME:SCOPE+SCOPE:SHA256');
  if (!isDigest(digest)) throw entryFault(index, 'has no SHA-256 in hex as its third part');
  const parsed = parseScopes(scopes);
  if (parsed === undefined) throw entryFault(index, SCOPE_FAULT);
  return { name, scopes: parsed, sha256: fromHex(digest), signIn: 'token' };
}

/** Parses `SCOPE+SCOPE`. Returns undefined if one of them does not exist. */
export function parseScopes(text: string): ReadonlySet<Scope> | undefined {
  const scopes = text.split('+').map((word) => SCOPES.find((known) => known === word));
  const known = scopes.filter((scope) => scope !== undefined);
  return known.length === scopes.length ? new Set(known) : undefined;
}

export const SCOPE_FAULT = `has a scope that does not exist; scopes are ${SCOPES.join(', ')}`;

function entryFault(index: number, fault: string): ConfigurationError {
  return new ConfigurationError(`MANAGEMENT_TOKENS, entry ${index + 1}, ${fault}`);
}
