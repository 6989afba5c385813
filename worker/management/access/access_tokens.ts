import { fromHex } from '../../registry/storage/hex.ts';
import { ConfigurationError } from '../../serving/variables.ts';

/** The scopes of a token. Every token may read. */
export const SCOPES = ['read', 'publish', 'flip'] as const;
export type Scope = (typeof SCOPES)[number];

/** The caller's name and scopes, as the secret lists them. */
export interface Caller {
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
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
    const entries = secret.split(/[\s,]+/).filter((entry) => entry !== '');
    if (entries.length === 0) {
      throw new ConfigurationError('MANAGEMENT_TOKENS is set but contains no token');
    }
    return new AccessTokens(entries.map(parseEntry));
  }

  /** Returns the caller whose token has this digest, or undefined. Compares all digests, each in constant time. */
  identify(digest: Uint8Array): Caller | undefined {
    let found: Caller | undefined;
    for (const stored of this.#tokens) {
      if (crypto.subtle.timingSafeEqual(digest, stored.sha256)) found = stored;
    }
    return found;
  }
}

export async function digestOf(token: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token)));
}

function parseEntry(entry: string, index: number): StoredToken {
  const [name = '', scopes = '', digest = '', ...rest] = entry.split(':');
  if (rest.length > 0 || !/^[\w.-]{1,64}$/.test(name))
    throw entryFault(index, 'is not NAME:SCOPE+SCOPE:SHA256');
  if (!/^[0-9a-f]{64}$/i.test(digest)) throw entryFault(index, 'has no SHA-256 in hex as its third part');
  return {
    name,
    scopes: new Set(scopes.split('+').map((text) => parseScope(text, index))),
    sha256: fromHex(digest),
  };
}

function parseScope(text: string, index: number): Scope {
  const scope = SCOPES.find((known) => known === text);
  if (scope === undefined) {
    throw entryFault(index, `has a scope that does not exist; scopes are ${SCOPES.join(', ')}`);
  }
  return scope;
}

function entryFault(index: number, fault: string): ConfigurationError {
  return new ConfigurationError(`MANAGEMENT_TOKENS, entry ${index + 1}, ${fault}`);
}
