/** Below this many characters a key can be guessed. */
const SHORTEST_KEY = 16;
const LONGEST_KEY = 256;

/** Of what a key is made: a header carries such characters unchanged, and a list of keys can be split. */
export const KEY_RULE = `keys of ${SHORTEST_KEY} to ${LONGEST_KEY} printable ASCII characters without spaces`;

const KEY = new RegExp(`^[\\x21-\\x2b\\x2d-\\x7e]{${SHORTEST_KEY},${LONGEST_KEY}}$`);

export function isKey(text: string): boolean {
  return KEY.test(text);
}

/** Says whose key is shown. */
export class ApiKeys {
  readonly #keys: readonly Uint8Array[];

  constructor(keys: readonly string[]) {
    this.#keys = keys.map(padded);
  }

  /**
   * A name for a key, which tells nothing of it; undefined where it is not one of the keys. All keys are compared, each
   * in constant time: how long it takes depends on what is shown, and not on the keys.
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

/** A key as bytes of one length, whatever its own is. No key has zeros. */
function padded(key: string): Uint8Array {
  const bytes = new Uint8Array(LONGEST_KEY);
  new TextEncoder().encodeInto(key, bytes);
  return bytes;
}

/**
 * The key in `Authorization: Bearer` or, where there is none, in `x-api-key`. A request shows one key: more would be
 * several guesses for one.
 */
export function shownKey(headers: Headers): string | undefined {
  return bearerOf(headers) ?? headers.get('x-api-key')?.trim() ?? undefined;
}

/** What `Authorization` carries under the scheme Bearer, which is written in any case. */
export function bearerOf(headers: Headers): string | undefined {
  return /^bearer[ \t]+(\S.*)$/i.exec(headers.get('authorization')?.trim() ?? '')?.[1];
}
