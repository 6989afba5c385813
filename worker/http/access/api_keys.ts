/** A shorter key can be guessed. */
const SHORTEST_KEY = 16;
const LONGEST_KEY = 256;

/** A header carries these characters unchanged, and none of them is the separator of a list of keys. */
export const KEY_RULE = `keys of ${SHORTEST_KEY} to ${LONGEST_KEY} printable ASCII characters without spaces`;

const KEY = new RegExp(`^[\\x21-\\x2b\\x2d-\\x7e]{${SHORTEST_KEY},${LONGEST_KEY}}$`);

export function isKey(text: string): boolean {
  return KEY.test(text);
}

/** Identifies the API key that a request sends. */
export class ApiKeys {
  readonly #keys: readonly Uint8Array[];

  constructor(keys: readonly string[]) {
    this.#keys = keys.map(padded);
  }

  /**
   * Returns a name for the key that does not reveal it, or undefined if the key is not valid. Compares all keys, each
   * in constant time: the duration depends on what the request sends, and not on the keys.
   */
  identify(shown: string): string | undefined {
    if (!isKey(shown)) return undefined;
    const bytes = padded(shown);
    let found: number | undefined;
    for (const [index, key] of this.#keys.entries()) {
      if (crypto.subtle.timingSafeEqual(bytes, key)) found = index;
    }
    return found === undefined ? undefined : `key-${found}`;
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
