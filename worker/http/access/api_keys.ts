import { digestOf, findByDigest } from './digests.ts';
import type { NamedKey } from './named_keys.ts';

/** A shorter key can be guessed. */
const SHORTEST_KEY = 16;
const LONGEST_KEY = 256;

/** A header carries these characters unchanged, and none of them is the separator of a list of keys. */
export const KEY_RULE = `keys of ${SHORTEST_KEY} to ${LONGEST_KEY} printable ASCII characters without spaces`;

const KEY = new RegExp(`^[\\x21-\\x2b\\x2d-\\x7e]{${SHORTEST_KEY},${LONGEST_KEY}}$`);

export function isKey(text: string): boolean {
  return KEY.test(text);
}

/** The key that a request showed. */
export interface ApiKey {
  /** Identifies the key to the rate limiter, without revealing it. */
  readonly id: string;
  /** The name that the operator gave it; undefined for a key of PREDICT_API_KEYS. */
  readonly name: string | undefined;
  readonly models: NamedKey['models'];
  readonly rate: NamedKey['rate'];
}

/** The keys of a server: plain ones of PREDICT_API_KEYS, and those of NAMED_API_KEYS, which have a name and a digest. */
export class ApiKeys {
  readonly #plain: readonly Uint8Array[];
  readonly #named: readonly NamedKey[];

  constructor(plain: readonly string[], named: readonly NamedKey[]) {
    this.#plain = plain.map(padded);
    this.#named = named;
  }

  /**
   * Returns a function that identifies the key that a request shows, and returns undefined for a wrong one. It compares
   * all keys, each in constant time: the duration depends on what the request sends, and not on the keys.
   */
  async comparison(shown: string): Promise<() => ApiKey | undefined> {
    if (!isKey(shown)) return () => undefined;
    const digest = this.#named.length === 0 ? undefined : await digestOf(shown);
    return () => {
      const named = digest === undefined ? undefined : findByDigest(this.#named, digest);
      const plain = this.#plainKey(padded(shown));
      return named === undefined ? plain : { id: `key-named-${named.name}`, ...named };
    };
  }

  #plainKey(bytes: Uint8Array): ApiKey | undefined {
    let found: number | undefined;
    for (const [index, key] of this.#plain.entries()) {
      if (crypto.subtle.timingSafeEqual(bytes, key)) found = index;
    }
    if (found === undefined) return undefined;
    return { id: `key-${found}`, name: undefined, models: undefined, rate: undefined };
  }
}

/** Pads a key with zeros to the fixed length. A key does not contain zeros. */
function padded(key: string): Uint8Array {
  const bytes = new Uint8Array(LONGEST_KEY);
  new TextEncoder().encodeInto(key, bytes);
  return bytes;
}

/**
 * Returns the key in `Authorization: Bearer`, or the one in `x-api-key` if that header is missing. A request sends one
 * key, since several keys would be several guesses.
 */
export function shownKey(headers: Headers): string | undefined {
  return bearerOf(headers) ?? headers.get('x-api-key')?.trim() ?? undefined;
}

/** Returns the credentials of the scheme Bearer in `Authorization`. The scheme's name is case-insensitive. */
export function bearerOf(headers: Headers): string | undefined {
  return /^bearer[ \t]+(\S.*)$/i.exec(headers.get('authorization')?.trim() ?? '')?.[1];
}
