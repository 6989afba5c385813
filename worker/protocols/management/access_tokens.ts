import { ConfigurationError } from '../../serving/configuration.ts';

/** What a token allows. To read, every token does. */
export const SCOPES = ['read', 'publish', 'flip'] as const;
export type Scope = (typeof SCOPES)[number];

/** Who asks, as the secret names them. */
export interface Caller {
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
}

interface StoredToken extends Caller {
  readonly sha256: Uint8Array;
}

/** The tokens of a management Worker. It knows only their digests. */
export class AccessTokens {
  readonly #tokens: readonly StoredToken[];

  private constructor(tokens: readonly StoredToken[]) {
    this.#tokens = tokens;
  }

  /**
   * Parses the secret: `NAME:SCOPE+SCOPE:SHA256`, separated by commas or white space.
   *
   * @throws ConfigurationError that names the entry which is wrong, and nothing of its digest
   */
  static parse(secret: string): AccessTokens {
    const entries = secret.split(/[\s,]+/).filter((entry) => entry !== '');
    if (entries.length === 0) {
      throw new ConfigurationError('configuration: MANAGEMENT_TOKENS is set and holds no token');
    }
    return new AccessTokens(entries.map(parseEntry));
  }

  /** Who shows this token; undefined where it is none of ours. Compared in constant time, all of them. */
  async identify(token: string): Promise<Caller | undefined> {
    const shown = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token)));
    let found: Caller | undefined;
    for (const stored of this.#tokens) {
      if (crypto.subtle.timingSafeEqual(shown, stored.sha256)) found = stored;
    }
    return found;
  }
}

function parseEntry(entry: string, index: number): StoredToken {
  const [name = '', scopes = '', digest = '', ...rest] = entry.split(':');
  const place = `configuration: MANAGEMENT_TOKENS, entry ${index + 1}`;
  if (rest.length > 0 || !/^[\w.-]{1,64}$/.test(name)) {
    throw new ConfigurationError(`${place}: is not NAME:SCOPE+SCOPE:SHA256`);
  }
  if (!/^[0-9a-f]{64}$/i.test(digest)) {
    throw new ConfigurationError(`${place} (${name}): has no SHA-256 in hex as its third part`);
  }
  return {
    name,
    scopes: new Set(scopes.split('+').map((text) => parseScope(text, place, name))),
    sha256: fromHex(digest),
  };
}

function parseScope(text: string, place: string, name: string): Scope {
  const scope = SCOPES.find((known) => known === text);
  if (scope === undefined) {
    throw new ConfigurationError(
      `${place} (${name}): "${text}" is no scope; scopes are ${SCOPES.join(', ')}`,
    );
  }
  return scope;
}

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}
